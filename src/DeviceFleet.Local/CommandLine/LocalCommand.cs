using System.Globalization;
using System.Runtime.InteropServices;
using DeviceFleet.Local.Hosting;
using Spectre.Console.Cli;

namespace DeviceFleet.Local.CommandLine;

/// <summary>Runs the fleet until Ctrl-C or SIGTERM.</summary>
internal sealed class LocalCommand : AsyncCommand<LocalSettings>
{
    /// <summary>What users are promised between Ctrl-C and the prompt.</summary>
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);

    public override async Task<int> ExecuteAsync(CommandContext context, LocalSettings settings, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = OnSignal(PosixSignal.SIGINT, stop);
        using var terminate = OnSignal(PosixSignal.SIGTERM, stop);
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        try
        {
            var fleet = await LocalFleet.StartAsync(settings.ToOptions(), time, stop.Token);
            await using (fleet)
            {
                Announce(fleet, StartedIn(time, started));
                await fleet.RunAsync(stop.Token);
            }

            return 0;
        }
        catch (LocalStartException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0; // stopped while starting
        }
    }

    /// <summary>From the start of the process, not of this method: what the user waited.</summary>
    private static TimeSpan StartedIn(TimeProvider time, long started)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var whole = time.GetUtcNow() - process.StartTime.ToUniversalTime();
        var inside = time.GetElapsedTime(started);
        return whole > inside && whole < TimeSpan.FromHours(1) ? whole : inside;
    }

    private static void Announce(LocalFleet fleet, TimeSpan startedIn)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"DeviceFleet is ready in {startedIn.TotalSeconds:0.0} s. Ctrl-C stops it."));
        Console.WriteLine($"  mqtt       {fleet.MqttAddress}  (how to let a device in: docs/provisioning.md)");
        Console.WriteLine($"  data       {fleet.DataPath}");
        Console.WriteLine($"  dashboard  {fleet.NewSignInLink()}");
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true; // we end by ourselves
            if (stop.IsCancellationRequested)
            {
                Environment.Exit(130); // asked twice: now
            }

            stop.Cancel();
            EndAfter(StopWithin);
        });

    /// <summary>The last resort: nothing acknowledged is lost by it, since that is on disk.</summary>
    private static void EndAfter(TimeSpan limit)
    {
        var timer = new Thread(() =>
        {
            using var never = new ManualResetEventSlim();
            never.Wait(limit - TimeSpan.FromMilliseconds(500));
            Environment.Exit(3);
        })
        { IsBackground = true, Name = "stop limit" };
        timer.Start();
    }
}
