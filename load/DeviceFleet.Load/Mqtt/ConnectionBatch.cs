using System.Collections.Concurrent;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Load.Mqtt;

/// <summary>Connects many devices, a bounded number at once.</summary>
internal static class ConnectionBatch
{
    /// <summary>Most attempts under way at once.</summary>
    public const int AtOnceMax = 32;

    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>The sockets of those that got in, with each one's place in <paramref name="identities"/>, and the faults of the others.</summary>
    public static async Task<(IReadOnlyList<(int Index, MqttSocket Socket)> Connected, IReadOnlyList<string> Faults)> ConnectAsync(
        string host, int port, IReadOnlyList<SimulatorIdentity> identities, TimeProvider time, CancellationToken cancellationToken)
    {
        var connected = new ConcurrentBag<(int Index, MqttSocket Socket)>();
        var faults = new ConcurrentQueue<string>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax };
        await Parallel.ForAsync(0, identities.Count, parallel, async (index, _) =>
        {
            using var late = new CancellationTokenSource(Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            var (socket, fault) = await MqttSocket.ConnectAsync(host, port, identities[index], either.Token);
            if (socket is not null)
            {
                connected.Add((index, socket));
            }
            else
            {
                faults.Enqueue($"{identities[index].DeviceId}: {fault}");
            }
        });
        return ([.. connected.OrderBy(entry => entry.Index)], [.. faults]);
    }
}
