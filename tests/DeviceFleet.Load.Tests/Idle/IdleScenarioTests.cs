using DeviceFleet.Load.Idle;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Load.Tests.Idle;

public sealed class IdleScenarioTests
{
    [Fact]
    public async Task Connections_are_held_and_their_memory_is_told()
    {
        await using var broker = await TestBroker.StartNewAsync();
        var keyFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(keyFile, Convert.ToHexString(TestBroker.Key));
        var settings = new IdleScenario.Settings
        {
            Port = broker.Port, KeyFile = keyFile, Connections = 40, HoldText = "50ms", ServerPid = Environment.ProcessId,
        };

        var report = await new IdleScenario().RunAsync(settings, TimeProvider.System, _ => { }, CancellationToken.None);
        File.Delete(keyFile);

        Assert.Equal(40, report.IdleConnections);
        Assert.True(report.Errors.None, string.Join(", ", report.Errors.Examples));
        Assert.NotNull(report.ServerBytesPerIdleConnection);
        Assert.NotNull(report.Server);
    }
}
