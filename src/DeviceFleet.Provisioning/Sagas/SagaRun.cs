using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>
/// Runs one saga: its steps in order; when one is refused, or a person or a deadline says so, what was begun is taken back in reverse order. Workflow code: it only asks its context, and
/// does the same in every replay. The saga's end is decided by the identity: it takes back nothing that ended well there, and refuses what comes late from a step given up.
/// </summary>
internal sealed partial class SagaRun
{
    private static readonly WorkflowTaskOptions ForSure =
        new(new WorkflowRetryPolicy(int.MaxValue, TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    private readonly WorkflowContext _context;
    private readonly SagaOrder _order;
    private readonly SagaStep[] _steps;
    private readonly List<SagaStep> _begun = [];
    private SagaSettings _settings = null!;
    private SagaProgress _progress;
    private DeviceBefore? _before;
    private Task<SagaDecision?>? _choice;
    private Task? _connected;
    private Resending? _resending;

    public SagaRun(WorkflowContext context, SagaOrder order)
    {
        _context = context;
        _order = order;
        _steps = [.. SagaPlan.Of(order)];
        _progress = new SagaProgress
        {
            Instance = order.Instance,
            Kind = order.Kind,
            State = SagaState.Running,
            Step = _steps[0].Name,
            StepSince = order.At,
            StartedAt = order.At,
            By = order.By,
        };
    }

    private long Now => new DateTimeOffset(_context.CurrentUtcDateTime, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>The next choice that nobody has looked at.</summary>
    private Task<SagaDecision?> Choice => _choice ??= _context.WaitForExternalEventAsync<SagaDecision?>(SagaNames.Choice);

    public async Task<SagaProgress> RunAsync()
    {
        Show(_progress);
        _settings = await _context.CallActivityAsync<SagaSettings>(nameof(ReadSettings), _order.Instance, ForSure);
        foreach (var step in _steps)
        {
            _begun.Add(step);
            Show(_progress with { State = SagaState.Running, Step = step.Name, StepSince = Now, Attempts = 0, Error = null, Deadline = null });
            var end = await StepAsync(step);
            if (end.Kind == EndKind.TakeBack)
            {
                return await TakeBackAsync(end.Why!);
            }
        }

        return Ended();
    }

    /// <summary>The step, until it is done, skipped or to be taken back.</summary>
    private async Task<StepEnd> StepAsync(SagaStep step)
    {
        while (true)
        {
            var end = step.Wait switch
            {
                SagaWait.Nobody => await CallAsync(step, step.Activity!),
                SagaWait.Device => await WaitForDeviceAsync(step),
                SagaWait.Person => await WaitForPersonAsync(),
            };
            if (end.Kind == EndKind.Stuck)
            {
                end = await AskAsync(step, end);
            }

            if (end.Kind != EndKind.Retry)
            {
                return end;
            }

            Show(_progress with { State = SagaState.Running, StepSince = Now, Attempts = 0, Error = null, Deadline = null });
        }
    }

    /// <summary>Attempts at an activity until one succeeds, they are used up, the step's time is over, or a person wants it all taken back.</summary>
    private async Task<StepEnd> CallAsync(SagaStep step, string activity)
    {
        var deadline = _context.CreateTimer(_settings.StepDeadline);
        for (var attempt = 1; ; attempt++)
        {
            if (await ChosenToTakeBackAsync() is { } early)
            {
                return early;
            }

            var call = Call(activity, step == _steps[^1] ? AsDone() : _progress);
            if (await FirstOfAsync(call, deadline) is { } cut)
            {
                return cut.Kind == EndKind.Stuck ? cut with { Late = call } : cut;
            }

            var (end, error) = await OutcomeOfAsync(call);
            if (end is not null)
            {
                return end;
            }

            Show(_progress with { Attempts = attempt, Error = error });
            if (attempt == _settings.Attempts)
            {
                return StepEnd.Stuck(error!);
            }

            if (await FirstOfAsync(_context.CreateTimer(_settings.DelayAfter(attempt)), deadline) is { } ended)
            {
                return ended.Kind == EndKind.Stuck ? StepEnd.Stuck(error!) : ended;
            }
        }
    }

    /// <summary>Waits for a task of the step; null: it has ended. Else the step's time is over, or a person wants it all taken back.</summary>
    private async Task<StepEnd?> FirstOfAsync(Task awaited, Task deadline)
    {
        while (true)
        {
            var first = await Task.WhenAny(awaited, deadline, Choice);
            if (first == awaited)
            {
                return null;
            }

            if (first == deadline)
            {
                return StepEnd.Stuck($"No end within {_settings.StepDeadline}; what it did may still happen.");
            }

            if (await TakeChoiceAsync() is { Choice: SagaChoice.Compensate } decision)
            {
                return StepEnd.TakeBack(WordsOf(decision));
            }
        }
    }

    /// <summary>What a call came to; an error in words where it failed for now.</summary>
    private async Task<(StepEnd? End, string? Error)> OutcomeOfAsync(Task<StepResult> call)
    {
        try
        {
            var result = await call;
            _before = result.Before ?? _before;
            return (result.Refused is { } why ? StepEnd.TakeBack(why) : StepEnd.Done, null);
        }
        catch (WorkflowTaskFailedException failure)
        {
            return (null, Short(failure.FailureDetails.ErrorMessage));
        }
    }

    private async Task<StepEnd> WaitForDeviceAsync(SagaStep step)
    {
        var within = TimeSpan.FromMilliseconds(_order.ConnectWithinMs);
        Show(_progress with { State = SagaState.Waiting, Deadline = Now + _order.ConnectWithinMs });
        var deadline = _context.CreateTimer(within);

        // Kept for a retry: one that waits before it would take its event.
        var connected = _connected ??= _context.WaitForExternalEventAsync<object?>(SagaNames.Connected);
        var resending = _order.Kind == SagaKind.Rotate ? _resending ??= new Resending(this) : null;
        var telling = Tell();
        while (true)
        {
            var first = await Task.WhenAny(connected, Choice, deadline, telling.Next, resending?.Due ?? telling.Next, resending?.Seen ?? telling.Next);
            if (first == connected)
            {
                return StepEnd.Done;
            }

            if (first == deadline)
            {
                // The event may be late; the identity is not.
                return await CallAsync(step, step.Activity!);
            }

            if (first == Choice)
            {
                if (await TakeChoiceAsync() is { Choice: SagaChoice.Compensate } decision)
                {
                    return StepEnd.TakeBack(WordsOf(decision));
                }
            }
            else if (first == telling.Next)
            {
                await telling.GoOnAsync();
            }
            else
            {
                resending!.Send(first);
            }
        }
    }

    private async Task<StepEnd> WaitForPersonAsync()
    {
        Show(_progress with { State = SagaState.Approval, Deadline = Now + (long)_settings.ApprovalTimeout.TotalMilliseconds });
        var deadline = _context.CreateTimer(_settings.ApprovalTimeout);
        var telling = Tell();
        while (true)
        {
            var first = await Task.WhenAny(Choice, deadline, telling.Next);
            if (first == deadline)
            {
                return StepEnd.TakeBack("Nobody approved in time.");
            }

            if (first == telling.Next)
            {
                await telling.GoOnAsync();
                continue;
            }

            var decision = await TakeChoiceAsync();
            if (decision?.Choice == SagaChoice.Approve)
            {
                return StepEnd.Done;
            }

            if (decision?.Choice == SagaChoice.Compensate)
            {
                return StepEnd.TakeBack(WordsOf(decision));
            }
        }
    }

    /// <summary>The step is stuck: asks a person. If what hung ends well meanwhile, nobody has to decide.</summary>
    private async Task<StepEnd> AskAsync(SagaStep step, StepEnd stuck)
    {
        // What was chosen before was not about this, unless it was to take everything back.
        while (Choice.IsCompleted)
        {
            if (await TakeChoiceAsync() is { Choice: SagaChoice.Compensate } early)
            {
                return StepEnd.TakeBack(WordsOf(early));
            }
        }

        var late = stuck.Late;
        Show(_progress with { State = SagaState.Stuck, Error = stuck.Why, Deadline = Now + (long)_settings.StuckTimeout.TotalMilliseconds });
        var deadline = _context.CreateTimer(_settings.StuckTimeout);
        var telling = Tell();
        while (true)
        {
            var first = await Task.WhenAny(Choice, deadline, telling.Next, late ?? telling.Next);
            if (first == deadline)
            {
                return StepEnd.TakeBack($"Nobody decided in time. {stuck.Why}");
            }

            if (late is not null && first == late)
            {
                var (end, error) = await OutcomeOfAsync(late);
                if (end is not null)
                {
                    return end;
                }

                late = null;
                Show(_progress with { Error = error });
                telling.Again();
            }
            else if (first == telling.Next)
            {
                if (await telling.GoOnAsync() is { HasEnded: true })
                {
                    return StepEnd.Done; // the last step was done, and only its answer lost
                }
            }
            else if (await TakeChoiceAsync() is { } decision && Decided(step, decision) is { } end)
            {
                return end;
            }
            else
            {
                telling.Again();
            }
        }
    }

    /// <summary>What follows from a choice at a step that is stuck; null: nothing, and the progress says why.</summary>
    private StepEnd? Decided(SagaStep step, SagaDecision decision)
    {
        switch (decision.Choice)
        {
            case SagaChoice.Retry:
                return StepEnd.Retry;
            case SagaChoice.Compensate:
                return StepEnd.TakeBack(WordsOf(decision));
            case SagaChoice.Skip when step.MaySkip:
                Show(_progress with { Skipped = [.. _progress.Skipped, step.Name] });
                return StepEnd.Done;
            case SagaChoice.Skip:
                Show(_progress with { Error = $"Without step {step.Name} the device would be half there: it cannot be skipped. {_progress.Error}" });
                return null;
            default:
                return null;
        }
    }

    /// <summary>Whether a person wanted everything taken back before this moment.</summary>
    private async Task<StepEnd?> ChosenToTakeBackAsync()
    {
        while (Choice.IsCompleted)
        {
            if (await TakeChoiceAsync() is { Choice: SagaChoice.Compensate } decision)
            {
                return StepEnd.TakeBack(WordsOf(decision));
            }
        }

        return null;
    }

    private async Task<SagaDecision?> TakeChoiceAsync()
    {
        var choice = Choice;
        _choice = null;
        try
        {
            return await choice;
        }
        catch (System.Text.Json.JsonException)
        {
            return null; // raised by somebody else than the identity
        }
    }

    private Task<StepResult> Call(string activity, SagaProgress progress) =>
        _context.CallActivityAsync<StepResult>(activity, new StepCall(_order, progress, _before, _begun[^1].Name));

    private SagaProgress AsDone() => _progress with { State = SagaState.Done, EndedAt = Now, Attempts = 0, Error = null, Deadline = null };

    private SagaProgress Ended()
    {
        Show(AsDone());
        return _progress;
    }

    private void Show(SagaProgress progress)
    {
        _progress = progress;
        _context.SetCustomStatus(progress);
    }

    private static string WordsOf(SagaDecision decision) =>
        decision.Reason is { Length: > 0 } reason ? $"Taken back by {decision.By}: {Short(reason)}" : $"Taken back by {decision.By}.";

    private static string Short(string text) => text.Length > IdentityLimits.ReasonLengthMax ? text[..IdentityLimits.ReasonLengthMax] : text;

    private enum EndKind
    {
        Done,
        TakeBack,
        Stuck,
        Retry,
    }

    /// <summary>How a step ended, or did not.</summary>
    private sealed record StepEnd(EndKind Kind, string? Why = null, Task<StepResult>? Late = null)
    {
        public static StepEnd Done { get; } = new(EndKind.Done);

        public static StepEnd Retry { get; } = new(EndKind.Retry);

        public static StepEnd TakeBack(string why) => new(EndKind.TakeBack, why);

        public static StepEnd Stuck(string why) => new(EndKind.Stuck, why);
    }
}
