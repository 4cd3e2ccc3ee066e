using DeviceFleet.Load.Mqtt;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Load.Reconnect;

/// <summary>One device that was cut off: connects, and as long as the broker has no time tries again after a while, as devices do.</summary>
internal sealed class ReturningDevice(int number, SimulatorIdentity identity, ReconnectSettings settings, ReconnectCounts counts, TimeProvider time)
{
    private static readonly TimeSpan DelayFirst = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(5);

    private readonly Random _jitter = new(number);

    /// <summary>The connection; null: none was made.</summary>
    public MqttSocket? Socket { get; private set; }

    /// <summary>Comes back; what it came to is counted.</summary>
    /// <param name="intended">When it was meant to.</param>
    /// <param name="cancellationToken">The end of all attempts.</param>
    public async Task RunAsync(long intended, CancellationToken cancellationToken)
    {
        var fault = new ConnectFault(null, "not tried");
        try
        {
            for (var ceiling = DelayFirst; ; ceiling = ceiling * 2 < DelayMax ? ceiling * 2 : DelayMax)
            {
                if (await TryAsync(intended, cancellationToken) is not { } failed)
                {
                    return;
                }

                fault = failed;
                counts.NoteRepeated(fault.IsBusy);
                if (fault.Code is not null && !fault.IsBusy)
                {
                    break; // refused for who it is
                }

                await Task.Delay(ceiling * _jitter.NextDouble(), time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Its time is up.
        }

        counts.NoteFailed($"{identity.DeviceId}: {fault}");
    }

    private async Task<ConnectFault?> TryAsync(long intended, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(ConnectionBatch.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var begun = time.GetTimestamp();
        var (socket, fault) = await MqttSocket.ConnectAsync(settings.Host, settings.Port, identity, either.Token);
        cancellationToken.ThrowIfCancellationRequested();
        if (socket is not null)
        {
            Socket = socket;
            counts.ConnAck.Record(time.GetElapsedTime(begun));
            counts.UntilConnected.Record(time.GetElapsedTime(intended));
            counts.NoteConnected();
        }

        return fault;
    }
}
