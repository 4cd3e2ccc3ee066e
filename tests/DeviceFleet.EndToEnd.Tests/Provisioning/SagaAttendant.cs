using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.EndToEnd.Tests.Live;
using DeviceFleet.EndToEnd.Tests.Processes;

namespace DeviceFleet.EndToEnd.Tests.Provisioning;

/// <summary>An operator at the board: for each saga that is stuck a choice, now this, now that.</summary>
internal sealed class SagaAttendant(Random random)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private volatile LocalProcess? _fleet;

    public int Retried { get; private set; }

    public int Compensated { get; private set; }

    /// <summary>The process that runs; null: none does.</summary>
    public LocalProcess? Fleet
    {
        get => _fleet;
        set => _fleet = value;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (Fleet is { } fleet)
            {
                try
                {
                    await AttendAsync(fleet);
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException or InvalidOperationException or Xunit.Sdk.XunitException)
                {
                    // Killed in the middle of it; whoever comes looks again.
                }
            }

            await Task.Delay(Period, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AttendAsync(LocalProcess fleet)
    {
        using var client = await FleetClient.SignInAsync(fleet);
        foreach (var saga in (await client.SagasAsync()).Sound.Sagas.Where(saga => saga.Progress.State == SagaState.Stuck))
        {
            var retries = random.NextDouble() < 0.5;
            var answer = await client.ChooseAsync(saga.DeviceId, saga.Progress.Instance, retries ? "retry" : "compensate");
            if (answer.Value is not null)
            {
                (Retried, Compensated) = retries ? (Retried + 1, Compensated) : (Retried, Compensated + 1);
            }
        }
    }
}
