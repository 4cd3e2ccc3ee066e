using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Process;

var (flags, faults, exitCode) = DaprdFlags.Parse(args);
if (faults.Count > 0)
{
    foreach (var fault in faults)
    {
        await Console.Error.WriteLineAsync(fault);
    }

    return exitCode;
}

if (flags.PrintVersion)
{
    await Console.Out.WriteLineAsync(Sidecar.RuntimeVersion);
    return 0;
}

if (flags.PrintHelp)
{
    await Console.Out.WriteLineAsync("Flags, as daprd's:\n" + string.Join('\n', FlagTable.All.Keys.Order().Select(name => "  --" + name)));
    return 0;
}

using var loggers = ProcessLogging.Create(flags);
if (flags.WaitForSidecar)
{
    return await SidecarWait.UntilOutboundReadyAsync(flags.HttpPort, TimeProvider.System);
}

await using var process = new DaprdProcess(flags, Environment.GetEnvironmentVariable, loggers);
return await process.RunAsync();
