using System.Runtime.InteropServices;
using DeviceFleet.Load.Scenarios;
using Spectre.Console.Cli;

// Ctrl-C and SIGTERM shorten the run: what was measured until then is reported.
using var stop = new CancellationTokenSource();
void OnSignal(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);

var app = new CommandApp();
app.Configure(config =>
{
    config.SetApplicationName("load");
    config.AddBranch<ScenarioSettings>("scenario", ScenarioRegistry.AddScenarios);
});
return await app.RunAsync(args, stop.Token);
