using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace DeviceFleet.Conformance;

/// <summary>Replays scenarios in Python processes, each of which plays one scenario at a time; as many as tests run at once.</summary>
public sealed class Replayer : IDisposable
{
    /// <summary>How many scenarios are played at a time: above that, on two cores, more come late than are won.</summary>
    public const int SideBySide = 7;

    private readonly ConcurrentBag<Process> _idle = [];
    private readonly ConcurrentBag<Process> _all = [];
    private readonly SemaphoreSlim _places = new(SideBySide);
    private readonly SemaphoreSlim _alone = new(1);

    /// <summary>What has been replayed so far.</summary>
    internal Summary Summary { get; } = new();

    /// <summary>Plays a scenario, beside others.</summary>
    internal async Task<Replay> ReplayAsync(string scenario, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            return await PlayAsync(scenario, cancellationToken);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Plays a scenario while no other is played.</summary>
    internal async Task<Replay> ReplayAloneAsync(string scenario, CancellationToken cancellationToken)
    {
        // Only one collects places at a time: two that wait for each other's would wait for ever.
        await _alone.WaitAsync(cancellationToken);
        var places = 0;
        try
        {
            for (; places < SideBySide; places++)
            {
                await _places.WaitAsync(cancellationToken);
            }

            return await PlayAsync(scenario, cancellationToken);
        }
        finally
        {
            if (places > 0)
            {
                _places.Release(places);
            }

            _alone.Release();
        }
    }

    public void Dispose()
    {
        foreach (var process in _all)
        {
            process.StandardInput.Close(); // the end of its input is its end
            process.WaitForExit(TimeSpan.FromSeconds(5));
            process.Dispose();
        }

        _places.Dispose();
        _alone.Dispose();
        Summary.Write();
    }

    private async Task<Replay> PlayAsync(string scenario, CancellationToken cancellationToken)
    {
        var process = _idle.TryTake(out var idle) ? idle : Start();
        await process.StandardInput.WriteLineAsync(scenario.AsMemory(), cancellationToken);
        await process.StandardInput.FlushAsync(cancellationToken);
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException($"replay.py ended while it played {scenario}; its standard error is above");
        _idle.Add(process);
        return JsonSerializer.Deserialize<Replay>(line)!;
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
                // Hundreds of processes live for seconds: to compile their code twice, or to profile it, costs more than it brings.
                ["DOTNET_TC_CallCounting"] = "0",
                ["DOTNET_TieredPGO"] = "0",
            },
        };
        var process = Process.Start(start)!;
        _all.Add(process);
        return process;
    }
}
