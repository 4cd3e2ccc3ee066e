using System.Collections.Concurrent;
using DeviceFleet.Load.Reconnect;
using DeviceFleet.Load.Reports;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Load.Tests.Reconnect;

public sealed class ReconnectScenarioTests : IAsyncLifetime
{
    private readonly string _identities = Path.GetTempFileName();
    private readonly ConcurrentDictionary<string, int> _connects = new(StringComparer.Ordinal);
    private TestBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await TestBroker.StartNewAsync();
        _broker.WriteIdentities(_identities, 40);
        _broker.OnAdmitted = id => _connects.AddOrUpdate(id.Value, 1, (_, count) => count + 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        File.Delete(_identities);
    }

    [Fact]
    public async Task Every_device_is_cut_off_once_and_comes_back()
    {
        var report = await RunAsync(40);

        Assert.True(report.Errors.None, string.Join(", ", report.Errors.Examples));
        Assert.Equal((40, 40, 0), (report.Reconnect!.Devices, report.Reconnect.Connected, report.Reconnect.Repeated));
        Assert.True(report.Reconnect.ConnAck!.P50 > 0);
        Assert.True(report.Latency!.Max >= report.Reconnect.ConnAck.P50);
        Assert.True(report.MeasuredSeconds >= 0.19, $"{report.MeasuredSeconds} s");
        Assert.Equal(40, _connects.Count);
        Assert.All(_connects.Values, count => Assert.Equal(2, count));
    }

    [Fact]
    public async Task A_broker_that_is_busy_is_tried_again_and_one_that_refuses_is_not()
    {
        var busy = 1;
        _broker.IsBusy = id => id.Value == "sim-0001" && _connects.ContainsKey("sim-0001") && Interlocked.Decrement(ref busy) == 0;
        _broker.OnAdmitted = id =>
        {
            _connects.AddOrUpdate(id.Value, 1, (_, count) => count + 1);
            if (id.Value == "sim-0002")
            {
                _broker.Expel(id);
            }
        };

        var report = await RunAsync(3);

        Assert.Equal((3, 2, 2, 1), (report.Reconnect!.Devices, report.Reconnect.Connected, report.Reconnect.Repeated, report.Reconnect.Busy));
        Assert.Equal(1, report.Errors.ConnectsFailed);
        Assert.Contains("return code 4", Assert.Single(report.Errors.Examples), StringComparison.Ordinal);
    }

    private async Task<LoadReport> RunAsync(int devices)
    {
        var settings = new ReconnectSettings
        {
            Port = _broker.Port, IdentitiesFile = _identities, Devices = devices, WithinText = "200ms", HoldText = "50ms", DrainText = "10s", ServerPid = Environment.ProcessId,
        };
        Assert.True(settings.Validate().Successful, settings.Validate().Message);
        return await new ReconnectScenario().RunAsync(settings, TimeProvider.System, _ => { }, CancellationToken.None);
    }
}
