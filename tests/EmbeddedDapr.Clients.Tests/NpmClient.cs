using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Tests.Shared;

namespace EmbeddedDapr.Clients.Tests;

/// <summary>Runs <c>npm/run.mjs</c> beside the program as a process, once for each protocol, and hands out what it says of each building block.</summary>
public sealed class NpmClient : IAsyncDisposable
{
    private readonly Dictionary<string, Task<IReadOnlyDictionary<string, string?>>> _runs = []; // the tests of a class take turns
    private readonly string _folder = Directory.CreateTempSubdirectory("npm-client").FullName;

    /// <summary>What is missing to run it; null: nothing.</summary>
    public static string? Missing { get; } =
        Directory.Exists(Path.Combine(Metadata("Npm"), "node_modules", "@dapr", "dapr")) ? null : "npm packages are not installed: npm ci in tests/EmbeddedDapr.Clients.Tests/npm";

    /// <summary>Error by building block; null: all went well.</summary>
    public Task<IReadOnlyDictionary<string, string?>> RunAsync(string protocol) =>
        _runs.TryGetValue(protocol, out var run) ? run : _runs[protocol] = PlayAsync(protocol);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<IReadOnlyDictionary<string, string?>> PlayAsync(string protocol)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, protocol)).FullName;
        var settings = Path.Combine(folder, "settings.json");
        await File.WriteAllTextAsync(settings, """{"color":"blue"}""");
        await File.WriteAllTextAsync(Path.Combine(folder, "secrets.json"), """{"db":{"password":"p1"},"plain":"s1"}""");
        await File.WriteAllTextAsync(Path.Combine(folder, "resources.yaml"), Resources);
        int[] ports = [Ports.Free(), Ports.Free(), Ports.Free()];
        string[] texts = [.. ports.Select(port => port.ToString(CultureInfo.InvariantCulture))];
        using var sidecar = Start(folder, "dotnet", Metadata("Program"), "--app-id=npm", $"--app-protocol={protocol}", $"--app-port={texts[0]}",
            $"--dapr-http-port={texts[1]}", $"--dapr-grpc-port={texts[2]}", "--dapr-internal-grpc-port=0", "--metrics-port=0", $"--resources-path={folder}");
        var said = sidecar.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken); // a full pipe would stop it
        using var node = Start(Metadata("Npm"), "node", "run.mjs", protocol, texts[0], texts[1], texts[2]);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromMinutes(2));
            var errors = new Dictionary<string, string?>(StringComparer.Ordinal);
            await ReadAsync(node.StandardOutput, errors, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (errors.Count > 0)
            {
                return errors;
            }

            sidecar.Kill();
            throw new InvalidOperationException($"The client came to no block, see its log. The sidecar said:\n{await said}");
        }
        finally
        {
            node.Kill();
            sidecar.Kill();
            await node.WaitForExitAsync();
            await sidecar.WaitForExitAsync();
        }

        Process Start(string workingFolder, string program, params string[] arguments)
        {
            var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = workingFolder, RedirectStandardOutput = true };
            start.Environment["SETTINGS_FILE"] = settings;
            return Process.Start(start)!;
        }
    }

    private static async Task ReadAsync(StreamReader output, Dictionary<string, string?> errors, CancellationToken cancellationToken)
    {
        while (await output.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("{\"block\"", StringComparison.Ordinal)) // the client logs to the same output
            {
                using var told = JsonDocument.Parse(line);
                errors[told.RootElement.GetProperty("block").GetString()!] = told.RootElement.GetProperty("error").GetString();
            }
        }
    }

    private static string Metadata(string key) =>
        Path.GetFullPath(typeof(NpmClient).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == key).Value!);

    private const string Resources = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: statestore}
        spec: {type: state.in-memory, version: v1, metadata: [{name: actorStateStore, value: "true"}]}
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: pubsub}
        spec: {type: pubsub.in-memory, version: v1}
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: secrets}
        spec: {type: secretstores.local.file, version: v1, metadata: [{name: secretsFile, value: secrets.json}]}
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: tick}
        spec: {type: bindings.cron, version: v1, metadata: [{name: schedule, value: "@every 1s"}, {name: direction, value: input}]}
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: locks}
        spec: {type: lock.in-memory, version: v1}
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: settings}
        spec: {type: configuration.file, version: v1, metadata: [{name: file, value: settings.json}]}
        """;
}
