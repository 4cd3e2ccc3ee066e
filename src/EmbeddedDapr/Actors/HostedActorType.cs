using System.Collections.Concurrent;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Resiliency;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Actors;

/// <summary>One actor type at the app that hosts it: its active actors, their turns and their idleness.</summary>
internal sealed partial class HostedActorType : IDisposable
{
    private readonly ConcurrentDictionary<string, ActorTurns> _actors = new(StringComparer.Ordinal);
    private readonly DueQueue<ActorTurns> _idle;
    private readonly ActorRuntime _runtime;
    private readonly IAppChannel _app;
    private readonly ILogger _logger;
    private readonly string _pathPrefix;
    private readonly ResiliencyPolicy? _timeout;

    public HostedActorType(ActorRuntime runtime, Sidecar sidecar, string name, ActorTypeOptions options)
    {
        _runtime = runtime;
        _app = sidecar.App ?? throw new InvalidOperationException("A sidecar without app hosts no actors.");
        _logger = sidecar.Loggers.CreateLogger<HostedActorType>();
        _pathPrefix = $"/actors/{ActorNames.Escape(name)}/";
        _timeout = sidecar.Resiliency.ForActorTurn(name);
        _idle = new DueQueue<ActorTurns>(runtime.Time, static actor => actor.IsActive, DeactivateIdle);
        Sidecar = sidecar;
        Name = name;
        Options = options;
    }

    public Sidecar Sidecar { get; }

    public string Name { get; }

    public ActorTypeOptions Options { get; }

    /// <summary>Active actors.</summary>
    public int Count => _actors.Count;

    public bool IsActive(string actorId) => _actors.TryGetValue(actorId, out var actor) && actor.IsActive;

    /// <summary>Calls that wait for an actor's turn, for tests.</summary>
    internal int Waiting(string actorId) => _actors.TryGetValue(actorId, out var actor) ? actor.Waiting : 0;

    /// <summary>Runs one request into the app as a turn of the actor; any status of the app is an answer.</summary>
    /// <param name="actorId">The actor; it becomes active.</param>
    /// <param name="request">The request, its path relative to the actor.</param>
    /// <param name="chain">Reentrancy id; null where the type is not reentrant, and for timers and reminders.</param>
    /// <param name="cancellationToken">Leaves the queue, or aborts the app's request.</param>
    public async ValueTask<ApiResult<AppResponse>> TurnAsync(string actorId, AppRequest request, string? chain, CancellationToken cancellationToken)
    {
        var (actor, error) = await EnterAsync(actorId, chain, cancellationToken);
        if (error is not null)
        {
            return error;
        }

        try
        {
            request = request with { Path = string.Concat(_pathPrefix, ActorNames.Escape(actorId), request.Path) };
            return _timeout is null ? await _app.SendAsync(request, cancellationToken) : await SendInTimeAsync(_timeout, request, cancellationToken);
        }
        catch (AppUnreachableException exception)
        {
            return ApiErrors.ActorInvoke(exception.Message);
        }
        finally
        {
            actor.Leave(_runtime.Time.GetTimestamp());
        }
    }

    /// <summary>Ends every actor: the turn under way may finish while the token allows it, then the app is told.</summary>
    public async Task DeactivateAllAsync(CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = _runtime.Options.DeactivationConcurrencyMax, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForEachAsync(_actors.Values, options, async (actor, token) =>
            {
                if (!actor.TryBeginDeactivation())
                {
                    if (await actor.EnterAsync(null, int.MaxValue, int.MaxValue, token) != TurnOutcome.Entered)
                    {
                        return;
                    }

                    actor.ContinueAsDeactivation();
                }

                await TellDeactivatedAsync(actor, token);
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Log.StopTimedOut(_logger, Name, _actors.Count);
        }
    }

    public void Dispose() => _idle.Dispose();

    private async ValueTask<ApiResult<AppResponse>> SendInTimeAsync(ResiliencyPolicy timeout, AppRequest request, CancellationToken cancellationToken)
    {
        var result = await timeout.ExecuteAsync(
            static (state, token) => state.App.SendAsync(state.Request, token),
            static _ => Attempt.Done,
            (App: _app, Request: request),
            repeatable: false,
            cancellationToken);
        return result.Fault == PolicyFault.None ? result.Value : ApiErrors.ActorInvoke(result.Fault.Text());
    }

    private async ValueTask<(ActorTurns Actor, ApiError? Error)> EnterAsync(string actorId, string? chain, CancellationToken cancellationToken)
    {
        while (true)
        {
            var actor = Actor(actorId);
            switch (await actor.EnterAsync(chain, _runtime.Options.MailboxMax, Options.StackDepthMax, cancellationToken))
            {
                case TurnOutcome.Entered:
                    return (actor, null);
                case TurnOutcome.MailboxFull:
                    Log.MailboxFull(_logger, Name, actorId, _runtime.Options.MailboxMax);
                    return (actor, ApiErrors.ActorMailboxFull(Name, actorId));
                case TurnOutcome.TooDeep:
                    return (actor, ApiErrors.ActorStackDepth());
                case TurnOutcome.Dead:
                    // Whoever declared it dead is about to take it out of the table; doing it here too keeps this loop from spinning.
                    Forget(actor);
                    break;
            }
        }
    }

    private ActorTurns Actor(string actorId)
    {
        if (_actors.TryGetValue(actorId, out var actor))
        {
            return actor;
        }

        var fresh = new ActorTurns(actorId);
        actor = _actors.GetOrAdd(actorId, fresh);
        if (ReferenceEquals(actor, fresh))
        {
            fresh.Touch(_runtime.Time.GetTimestamp());
            _idle.Add(fresh, _runtime.Time.GetUtcNow() + Options.IdleTimeout);
        }

        return actor;
    }

    private void DeactivateIdle(IReadOnlyList<ActorTurns> due)
    {
        foreach (var actor in due)
        {
            var rest = Options.IdleTimeout - _runtime.Time.GetElapsedTime(actor.LastTurnEnd);
            if (rest > TimeSpan.Zero)
            {
                _idle.Add(actor, _runtime.Time.GetUtcNow() + rest);
            }
            else if (actor.TryBeginDeactivation())
            {
                ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Self.DeactivateAsync(state.Actor), (Self: this, Actor: actor), preferLocal: false);
            }
            else if (actor.IsActive)
            {
                // A turn is under way. Its end will start a new idle time, so it cannot be due sooner than this.
                _idle.Add(actor, _runtime.Time.GetUtcNow() + Options.IdleTimeout);
            }
        }
    }

    private async Task DeactivateAsync(ActorTurns actor)
    {
        await _runtime.Deactivations.WaitAsync(CancellationToken.None);
        try
        {
            await TellDeactivatedAsync(actor, CancellationToken.None);
        }
        finally
        {
            _runtime.Deactivations.Release();
        }
    }

    private async Task TellDeactivatedAsync(ActorTurns actor, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _app.SendAsync(
                new AppRequest { Method = "DELETE", Path = string.Concat(_pathPrefix, ActorNames.Escape(actor.Id)), ContentType = "application/x-protobuf" },
                cancellationToken);
            if (response.Status != 200)
            {
                Log.DeactivationRefused(_logger, Name, actor.Id, response.Status);
            }
        }
        catch (Exception exception) when (exception is AppUnreachableException or OperationCanceledException)
        {
            Log.DeactivationFailed(_logger, exception, Name, actor.Id);
        }

        if (actor.EndDeactivation(_runtime.Time.GetTimestamp()))
        {
            Forget(actor);
        }
        else
        {
            _idle.Add(actor, _runtime.Time.GetUtcNow() + Options.IdleTimeout);
        }
    }

    private void Forget(ActorTurns actor) => _actors.TryRemove(KeyValuePair.Create(actor.Id, actor));
}
