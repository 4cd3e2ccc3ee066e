using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.EndToEnd.Tests.Live;
using DeviceFleet.EndToEnd.Tests.Processes;

namespace DeviceFleet.EndToEnd.Tests.Provisioning;

/// <summary>
/// An operator at the board. For each saga that is stuck a choice, now this, now that, now none; some that are well he takes back all the same, at whichever step he sees them; and devices that
/// he does not want he never lets in. What he thinks of a saga follows from the seed and its name.
/// </summary>
internal sealed class SagaAttendant(int seed, IReadOnlySet<DeviceId> unwanted)
{
    private const double TakenBackShare = 0.15;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<string, SagaState> _chosenFor = new(StringComparer.Ordinal);
    private volatile LocalProcess? _fleet;

    public int Retried { get; private set; }

    /// <summary>Sagas that he took back, by how they stood: stuck, waiting, under way.</summary>
    public IReadOnlyDictionary<string, SagaState> Compensated => _chosenFor;

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
        foreach (var saga in (await client.SagasAsync()).Sound.Sagas.Where(saga => saga.Progress.EndedAt is null))
        {
            var instance = saga.Progress.Instance;
            var mood = MoodFor(instance);
            var isStuck = saga.Progress.State == SagaState.Stuck;
            if (saga.Progress.State != SagaState.Compensating && (unwanted.Contains(saga.DeviceId) || mood < TakenBackShare || (isStuck && mood < 0.4)))
            {
                if ((await client.ChooseAsync(saga.DeviceId, instance, "compensate")).Value is not null)
                {
                    _chosenFor.TryAdd(instance, saga.Progress.State);
                }
            }
            else if (isStuck && mood < 0.8 && (await client.ChooseAsync(saga.DeviceId, instance, "retry")).Value is not null)
            {
                Retried++;
            }
        }
    }

    /// <summary>0 to 1.</summary>
    private double MoodFor(string instance) => BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {instance}"))) / (double)uint.MaxValue;
}
