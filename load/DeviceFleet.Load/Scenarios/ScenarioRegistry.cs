using DeviceFleet.Load.Idle;
using DeviceFleet.Load.Ingest;
using DeviceFleet.Load.Provision;
using DeviceFleet.Load.Reconnect;
using Spectre.Console.Cli;

namespace DeviceFleet.Load.Scenarios;

/// <summary>All scenarios there are: a class and a line here each.</summary>
internal static class ScenarioRegistry
{
    public static void AddScenarios(IConfigurator<ScenarioSettings> scenarios)
    {
        scenarios.SetDescription("Runs a scenario against a broker.");
        scenarios.AddCommand<IngestScenario>(IngestScenario.Name).WithDescription("Telemetry from many devices, closed or open loop.");
        scenarios.AddCommand<ProvisionScenario>(ProvisionScenario.Name).WithDescription("Devices that nobody knows provision themselves, at a rate; writes their identities.");
        scenarios.AddCommand<ReconnectScenario>(ReconnectScenario.Name).WithDescription("All devices are cut off at once and come back within a window.");
        scenarios.AddCommand<IdleScenario>(IdleScenario.Name).WithDescription("Authenticated connections that do nothing: what each costs the server.");
    }
}
