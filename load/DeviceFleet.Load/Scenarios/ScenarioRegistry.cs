using DeviceFleet.Load.Idle;
using DeviceFleet.Load.Ingest;
using Spectre.Console.Cli;

namespace DeviceFleet.Load.Scenarios;

/// <summary>All scenarios there are: a class and a line here each.</summary>
internal static class ScenarioRegistry
{
    public static void AddScenarios(IConfigurator<ScenarioSettings> scenarios)
    {
        scenarios.SetDescription("Runs a scenario against a broker.");
        scenarios.AddCommand<IngestScenario>(IngestScenario.Name).WithDescription("Telemetry from many devices, closed or open loop.");
        scenarios.AddCommand<IdleScenario>(IdleScenario.Name).WithDescription("Authenticated connections that do nothing: what each costs the server.");
    }
}
