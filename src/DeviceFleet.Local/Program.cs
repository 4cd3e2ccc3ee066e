using DeviceFleet.Local.CommandLine;
using Spectre.Console.Cli;

var app = new CommandApp<LocalCommand>();
app.Configure(configuration => configuration.SetApplicationName("DeviceFleet.Local"));
return await app.RunAsync(args);
