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
    private readonly ILogger _logger;
    private readonly ResiliencyPolicy? _timeout;

    // Only where stopping cancels turns: a linked token for each call is nothing that callers of the same process should pay for.
    private readonly CancellationTokenSource? _aborting;
    private IActorHost[] _hosts;

    public HostedActorType(ActorRuntime runtime, Sidecar sidecar, string name, ActorTypeOptions options, IActorHost host)
    {
        _runtime = runtime;
        _hosts = [host];
        _aborting = runtime.Options.CancelTurnsOnStop ? new CancellationTokenSource() : null;
        _slowTurns = new SlowTurns(runtime.Options.SlowTurnsKept);
        _logger = sidecar.Loggers.CreateLogger<HostedActorType>();
        _timeout = sidecar.Resiliency.ForActorTurn(name);
        _idle = new DueQueue<ActorTurns>(runtime.Time, runtime.Work, static actor => actor.IsActive, DeactivateIdle);
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

    /// <summary>Nobody hosts the type any longer; who still holds it must look for another host.</summary>
    public bool IsWithdrawn => Volatile.Read(ref _hosts).Length == 0;

    /// <summary>Another connection of the app that hosts the type, which takes its turns from now on. False: it is withdrawn already.</summary>
    public bool TryAddHost(IActorHost host)
    {
        lock (_actors)
        {
            if (_hosts.Length == 0)
            {
                return false;
            }

            Volatile.Write(ref _hosts, [.. _hosts, host]);
            return true;
        }
    }

    /// <summary>A connection has gone; turns go to the one before it. True: it was the last, the type is withdrawn.</summary>
    public bool RemoveHost(IActorHost host)
    {
        lock (_actors)
        {
            var had = _hosts.Length;
            Volatile.Write(ref _hosts, [.. _hosts.Where(other => other != host)]);
            return had > 0 && _hosts.Length == 0;
        }
    }

    /// <summary>Runs one request as a turn of the actor; any status of the app is an answer. Null: the type was withdrawn before the turn began.</summary>
    /// <param name="actorId">The actor; it becomes active.</param>
    /// <param name="turn">The request.</param>
    /// <param name="chain">Reentrancy id; null where the type is not reentrant, and for timers and reminders.</param>
    /// <param name="cancellationToken">Leaves the queue, or aborts the app's request.</param>
    public ValueTask<ApiResult<AppResponse>?> TurnAsync(string actorId, ActorTurn turn, string? chain, CancellationToken cancellationToken) =>
        _aborting is null
            ? RunAsync(actorId, turn, chain, cancellationToken)
            : RunUnlessStoppedAsync(actorId, turn, chain, _aborting.Token, cancellationToken);

    /// <summary>Ends every actor: the turn under way may finish while the token allows it, then the app is told.</summary>
    public async Task DeactivateAllAsync(CancellationToken cancellationToken)
    {
        if (_aborting is not null)
        {
            await _aborting.CancelAsync();
        }

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

    private async ValueTask<ApiResult<AppResponse>?> RunAsync(string actorId, ActorTurn turn, string? chain, CancellationToken cancellationToken)
    {
        var (actor, error) = Sidecar.Metrics is { } metrics ? await EnterMeasuredAsync(metrics, actorId, chain, cancellationToken) : await EnterAsync(actorId, chain, cancellationToken);
        if (error is not null)
        {
            return error;
        }

        var started = _runtime.Time.GetTimestamp();
        actor.Show(turn.Kind, turn.Name, started);
        try
        {
            if (Volatile.Read(ref _hosts) is [.., var host])
            {
                return _timeout is null
                    ? await host.SendAsync(Name, actorId, turn, cancellationToken)
                    : await SendInTimeAsync(_timeout, host, actorId, turn, cancellationToken);
            }

            return default(ApiResult<AppResponse>?);
        }
        finally
        {
            var ended = _runtime.Time.GetTimestamp();
            actor.Leave(ended);
            NoteIfSlow(actorId, turn, started, ended);
        }
    }

    private async ValueTask<ApiResult<AppResponse>> SendInTimeAsync(ResiliencyPolicy timeout, IActorHost host, string actorId, ActorTurn turn, CancellationToken cancellationToken)
    {
        var result = await timeout.ExecuteAsync(
            static (state, token) => state.Host.SendAsync(state.Name, state.ActorId, state.Turn, token),
            static _ => Attempt.Done,
            (Host: host, Name, ActorId: actorId, Turn: turn),
            repeatable: false,
            cancellationToken);
        return result.Fault == PolicyFault.None ? result.Value : ApiErrors.ActorInvoke(result.Fault.Text());
    }

    /// <summary>As daprd when it stops: the caller hears of it at once (contract section 2.10).</summary>
    private async ValueTask<ApiResult<AppResponse>?> RunUnlessStoppedAsync(
        string actorId,
        ActorTurn turn,
        string? chain,
        CancellationToken stopping,
        CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        try
        {
            return await RunAsync(actorId, turn, chain, both.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ApiErrors.ActorInvoke("context canceled");
        }
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
                _runtime.Work.Start(static state => _ = state.Self.DeactivateAsync(state.Actor), (Self: this, Actor: actor));
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
            if (Volatile.Read(ref _hosts) is [.., var host])
            {
                var result = await host.SendAsync(Name, actor.Id, new ActorTurn { Kind = ActorTurnKind.Deactivation, Name = string.Empty }, cancellationToken);
                Sidecar.Metrics?.ActorDeactivated(Name, result.Error is null && result.Value.Status == 200);
                if (result.Error is { } error)
                {
                    Log.DeactivationFailed(_logger, error.Message, Name, actor.Id);
                }
                else if (result.Value.Status != 200)
                {
                    Log.DeactivationRefused(_logger, Name, actor.Id, result.Value.Status);
                }
            }
        }
        catch (OperationCanceledException)
        {
            Log.DeactivationFailed(_logger, "it took too long", Name, actor.Id);
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
