using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Sagas.Steps;
using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Sagas;

internal sealed partial class SagaRun
{
    /// <summary>
    /// 1. The identity hears of it: from then on it refuses what comes late from a step given up. If the saga ended well there before, it did. 2. What was begun is taken back, the last first: also
    /// the step that failed, as nobody knows how far it came. 3. The end, by which the identity is free again. Each is tried until it is done.
    /// </summary>
    private async Task<SagaProgress> TakeBackAsync(string why)
    {
        Show(_progress with { State = SagaState.Compensating, StepSince = Now, Attempts = 0, Error = Short(why), Deadline = null });
        if ((await UntilDoneAsync(nameof(BeginTakingBack))).HasEnded)
        {
            return Ended();
        }

        foreach (var step in Enumerable.Reverse(_begun))
        {
            if (step.Compensation is { } compensation)
            {
                Show(_progress with { Step = step.Name, StepSince = Now, Attempts = 0 });
                await UntilDoneAsync(compensation);
            }
        }

        // Shown after it is stored: whoever waits for the end finds the identity free.
        var compensated = _progress with { State = SagaState.Compensated, Step = _begun[0].Name, EndedAt = Now, Attempts = 0 };
        await UntilDoneAsync(nameof(EndTakingBack), compensated);
        Show(compensated);
        return _progress;
    }

    private async Task<StepResult> UntilDoneAsync(string activity, SagaProgress? progress = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // One that hangs is called once more: all of them may run twice.
                var call = Call(activity, progress ?? _progress);
                if (await Task.WhenAny(call, _context.CreateTimer(_settings.StepDeadline)) == call)
                {
                    return await call;
                }
            }
            catch (WorkflowTaskFailedException)
            {
                // Until the cause is gone; the log of the activity says what it is.
            }

            Show(_progress with { Attempts = attempt });
            await _context.CreateTimer(_settings.DelayAfter(attempt));
        }
    }
}
