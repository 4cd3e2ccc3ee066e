using DeviceFleet.Load.Mqtt;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Load.Idle;

/// <summary>Connections that are authenticated, then do nothing but notice their end.</summary>
internal sealed class IdleConnections : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<MqttSocket> _sockets;
    private readonly Task _reading;
    private int _lost;

    private IdleConnections(IReadOnlyList<MqttSocket> sockets, IReadOnlyList<string> faults)
    {
        (_sockets, ConnectFaults) = (sockets, faults);
        _reading = Task.WhenAll(sockets.Select(WatchAsync));
    }

    /// <summary>Connections made.</summary>
    public int Count => _sockets.Count;

    /// <summary>Of these, ended by the other side.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Why others were not made.</summary>
    public IReadOnlyList<string> ConnectFaults { get; }

    public static async Task<IdleConnections> OpenAsync(
        string host, int port, IReadOnlyList<SimulatorIdentity> identities, TimeProvider time, CancellationToken cancellationToken)
    {
        var (connected, faults) = await ConnectionBatch.ConnectAsync(host, port, identities, time, cancellationToken);
        return new IdleConnections([.. connected.Select(entry => entry.Socket)], faults);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
#pragma warning disable VSTHRD003 // Started by this object's constructor; no context is left in which to lock up.
        await _reading;
#pragma warning restore VSTHRD003
        foreach (var socket in _sockets)
        {
            socket.Disconnect();
            socket.Dispose();
        }

        _stop.Dispose();
    }

    private async Task WatchAsync(MqttSocket socket)
    {
        try
        {
            await socket.ReadAsync((_, _, _) => { }, () => { }, _stop.Token);
            Interlocked.Increment(ref _lost);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (IOException)
        {
            Interlocked.Increment(ref _lost);
        }
    }
}
