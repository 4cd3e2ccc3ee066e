using DeviceFleet.Workflows;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>
/// The options that held when a saga began, kept in its history: its code must ask for the same things in every replay, and a changed number of attempts is another thing.
/// </summary>
internal sealed record SagaSettings(
    int Attempts,
    TimeSpan FirstDelay,
    double Backoff,
    TimeSpan DelayMax,
    TimeSpan StepDeadline,
    TimeSpan StuckTimeout,
    TimeSpan ApprovalTimeout,
    TimeSpan ResendAfter)
{
    public static SagaSettings Of(SagaOptions options) => new(
        options.Attempts,
        options.FirstDelay,
        options.Backoff,
        options.DelayMax,
        options.StepDeadline,
        options.StuckTimeout,
        options.ApprovalTimeout,
        options.ResendAfter);

    /// <summary>The pause after so many failures, from 1 on.</summary>
    public TimeSpan DelayAfter(int failures) => Doubled(FirstDelay, Backoff, failures - 1, DelayMax);

    /// <summary>The pause before a credential is sent for the so-manieth time again, from 1 on.</summary>
    public TimeSpan ResendDelay(int number) => Doubled(ResendAfter, 2, number - 1, TimeSpan.FromDays(1));

    private static TimeSpan Doubled(TimeSpan first, double factor, int times, TimeSpan longest)
    {
        var milliseconds = first.TotalMilliseconds * Math.Pow(factor, times);
        return milliseconds < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : longest;
    }
}

/// <summary>Reads the settings, first thing in a saga.</summary>
internal sealed class ReadSettings(IOptions<SagaOptions> options) : WorkflowActivity<string, SagaSettings>
{
    public override Task<SagaSettings> RunAsync(WorkflowActivityContext context, string input) => Task.FromResult(SagaSettings.Of(options.Value));
}
