using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace DeviceFleet.Conformance;

/// <summary>Replays scenarios in Python processes, each of which plays one scenario at a time; as many as tests run at once.</summary>
public sealed class Replayer : IDisposable
{
    private readonly ConcurrentBag<Process> _idle = [];
    private readonly ConcurrentBag<Process> _all = [];

    /// <summary>What has been replayed so far.</summary>
    internal Summary Summary { get; } = new();

    internal async Task<Replay> ReplayAsync(string scenario, CancellationToken cancellationToken)
    {
        var process = _idle.TryTake(out var idle) ? idle : Start();
        await process.StandardInput.WriteLineAsync(scenario.AsMemory(), cancellationToken);
        await process.StandardInput.FlushAsync(cancellationToken);
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException($"replay.py ended while it played {scenario}; its standard error is above");
        _idle.Add(process);
        return JsonSerializer.Deserialize<Replay>(line)!;
    }

    public void Dispose()
    {
        foreach (var process in _all)
        {
            process.StandardInput.Close(); // the end of its input is its end
            process.WaitForExit(TimeSpan.FromSeconds(5));
            process.Dispose();
        }

        Summary.Write();
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("python3", ["-u", "replay.py"])
        {
            WorkingDirectory = Kit.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment =
            {
                ["TARGET"] = "embedded",
                ["EMBEDDED"] = Kit.Program,
                ["PYTHONDONTWRITEBYTECODE"] = "1",
                // Hundreds of processes live for seconds: profiling their code would cost more than it can bring.
                ["DOTNET_TieredPGO"] = "0",
            },
        };
        var process = Process.Start(start)!;
        _all.Add(process);
        return process;
    }
}
