using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Actors;

/// <summary>
/// Timers of one app: in memory, gone with the process. A tick takes the actor's turn; the next one is scheduled after it (contract section 2.7).
/// </summary>
internal sealed partial class ActorTimers : IDisposable
{
    private readonly Dictionary<(string Type, string Id, string Name), ActorTimer> _timers = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly DueQueue<ActorTimer> _due;
    private readonly ActorApi _api;
    private readonly ActorRuntime _runtime;
    private readonly ILogger _logger;

    public ActorTimers(ActorApi api, ActorRuntime runtime, ILoggerFactory loggers)
    {
        _api = api;
        _runtime = runtime;
        _logger = loggers.CreateLogger<ActorTimers>();
        _due = new DueQueue<ActorTimer>(runtime.Time, runtime.Work, static timer => !timer.IsDead, Start);
    }

    public ApiError? Create(string actorType, string actorId, string name, ScheduleRequest request)
    {
        var (timer, fault) = ActorTimer.Create(actorType, actorId, name, request, _runtime.Time.GetUtcNow());
        if (timer is null)
        {
            return ApiErrors.ActorTimerCreate(fault);
        }

        lock (_timers)
        {
            if (_timers.Remove((actorType, actorId, name), out var replaced))
            {
                Kill_NeedsLock(replaced);
            }

            if (_timers.Count >= _runtime.Options.TimersMax)
            {
                return ApiErrors.ActorTimerCreate($"{_runtime.Options.TimersMax} timers exist already");
            }

            _timers.Add((actorType, actorId, name), timer);
        }

        _due.Add(timer, timer.Due);
        return null;
    }

    public void Delete(string actorType, string actorId, string name)
    {
        lock (_timers)
        {
            if (_timers.Remove((actorType, actorId, name), out var timer))
            {
                Kill_NeedsLock(timer);
            }
        }
    }

    /// <summary>The timers of an actor, by name. Looks at all of them: for people, not for the hot path.</summary>
    public IReadOnlyList<TimerDescription> Describe(string actorType, string actorId)
    {
        lock (_timers)
        {
            return [.. _timers.Values.Where(timer => timer.ActorType == actorType && timer.ActorId == actorId).Select(timer => timer.Describe()).OrderBy(timer => timer.Name, StringComparer.Ordinal)];
        }
    }

    public void Dispose()
    {
        _due.Dispose();
        _stopping.Cancel();
    }

    private void Kill_NeedsLock(ActorTimer timer)
    {
        timer.IsDead = true;
        _due.NoteDead();
    }

    private void Start(IReadOnlyList<ActorTimer> due)
    {
        foreach (var timer in due)
        {
            // One task a tick, and one tick a timer at a time: their number is bounded by that of the timers.
            _runtime.Work.Start(static state => _ = state.Self.TickAsync(state.Timer), (Self: this, Timer: timer));
        }
    }

    private async Task TickAsync(ActorTimer timer)
    {
        try
        {
            if (timer.IsDead || _stopping.IsCancellationRequested)
            {
                return;
            }

            if (_runtime.Find(timer.ActorType) is { } type)
            {
                var turn = new ActorTurn { Kind = ActorTurnKind.Timer, Name = timer.Name, Tick = timer.Tick };
                var result = await type.TurnAsync(timer.ActorId, turn, chain: null, _stopping.Token) ?? ApiErrors.ActorNoAddress(timer.ActorType, timer.ActorId);
                type.Sidecar.Metrics?.ActorTimerFired(timer.ActorType, result.Error is null && result.Value.Status == 200);
                if (result.Error is not null || result.Value.Status != 200)
                {
                    Log.TickFailed(_logger, timer.ActorType, timer.ActorId, timer.Name, result.Error?.Message ?? $"the app answered {result.Value.Status}");
                }
            }

            Continue(timer);
        }
        catch (OperationCanceledException)
        {
            // Stopping: timers end with the process.
        }
    }

    private void Continue(ActorTimer timer)
    {
        lock (_timers)
        {
            if (timer.IsDead)
            {
                return;
            }

            if (!timer.Advance())
            {
                timer.IsDead = true;
                _timers.Remove((timer.ActorType, timer.ActorId, timer.Name));
                return;
            }
        }

        _due.Add(timer, timer.Due);
    }

    private static partial class Log
    {
        [LoggerMessage(1040, LogLevel.Warning, "Timer {Name} of actor {ActorType}/{ActorId} failed: {Why}")]
        public static partial void TickFailed(ILogger logger, string actorType, string actorId, string name, string why);
    }
}
