using System.Diagnostics;
using System.Text.Json;
using DeviceFleet.EndToEnd.Tests.Processes;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>A program under Node, in <c>node/</c>, that tells what it sees in lines of JSON.</summary>
internal sealed class NodeProgram : IDisposable
{
    private static readonly SemaphoreSlim Installing = new(1, 1);
    private static readonly string Folder = Path.Combine(Artifacts.Root, "tests", "DeviceFleet.EndToEnd.Tests", "node");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private NodeProgram(Process process) => _process = process;

    /// <summary>Starts it; skips the test where Node or its packages cannot be had.</summary>
    public static async Task<NodeProgram> StartAsync(string file, params string[] arguments)
    {
        await Installing.WaitAsync();
        try
        {
            await InstallAsync();
        }
        finally
        {
            Installing.Release();
        }

        return new NodeProgram(Launch("node", [file, .. arguments]));
    }

    /// <summary>The next line that is wanted; those before it are passed over.</summary>
    public async Task<JsonElement> SeenAsync(string what, Func<JsonElement, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        var seen = new List<string>();
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                seen.Add(line);
                using var document = JsonDocument.Parse(line);
                if (wanted(document.RootElement))
                {
                    return document.RootElement.Clone();
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Not within {Patience}: {what}. Seen: {string.Join('\n', seen)}");
        }

        throw new InvalidOperationException($"node ended before {what}: {await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
    }

    /// <summary>The next line of a kind.</summary>
    public Task<JsonElement> SeenAsync(string what) => SeenAsync(what, line => line.GetProperty("what").GetString() == what);

    public Task TellAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Lets it end by itself; answers the exit code.</summary>
    public async Task<int> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>Packages by the lock file, once.</summary>
    private static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "mqtt")))
        {
            return;
        }

        try
        {
            using var npm = Launch("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            await npm.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (npm.ExitCode != 0)
            {
                Artifacts.SkipUnlessCi("npm ci failed: " + await npm.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Artifacts.SkipUnlessCi("Node.js is not installed");
        }
    }

    private static Process Launch(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
