using DeviceFleet.Load.Idle;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Load.Tests.Idle;

public sealed class IdleScenarioTests
{
    [Fact]
    public async Task Connections_are_held_and_their_memory_is_told()
    {
        await using var broker = await TestBroker.StartNewAsync();
        var identities = broker.WriteIdentities(Path.GetTempFileName(), 40);
        var settings = new IdleScenario.Settings
        {
            Port = broker.Port, IdentitiesFile = identities, Connections = 40, HoldText = "50ms", ServerPid = Environment.ProcessId,
        };

        Assert.True(settings.Validate().Successful, settings.Validate().Message);
        var report = await new IdleScenario().RunAsync(settings, TimeProvider.System, _ => { }, CancellationToken.None);
        File.Delete(identities);

        Assert.Equal(40, report.IdleConnections);
        Assert.True(report.Errors.None, string.Join(", ", report.Errors.Examples));
        Assert.NotNull(report.ServerBytesPerIdleConnection);
        Assert.NotNull(report.Server);
    }
}
