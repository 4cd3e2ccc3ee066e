using System.Runtime.InteropServices;
using DeviceFleet.Simulator.CommandLine;
using Spectre.Console.Cli;

// Ctrl-C and SIGTERM end the run, not the process: the farewells and the summary come first.
using var stop = new CancellationTokenSource();
void OnSignal(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);

var app = new CommandApp<SimulatorApp>();
app.Configure(config => config.SetApplicationName("simulator"));
return await app.RunAsync(args, stop.Token);
