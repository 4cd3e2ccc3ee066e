using System.Diagnostics;
using System.Net;
using System.Text;
using Tests.Shared;
using OsProcess = System.Diagnostics.Process;

namespace EmbeddedDapr.Server.Tests.Process;

/// <summary>The program as whatever starts daprd sees it: exit codes, signals, what it says when it cannot start (process contract, section 1).</summary>
public sealed class ProcessLifeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("process").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0, "1.18", "--version")]
    [InlineData(2, "unknown flag: --no-such-flag", "--app-id=a", "--no-such-flag=1")]
    [InlineData(1, "app-id", "--app-id=")]
    [InlineData(1, "does not exist", "--app-id=a", "--resources-path=/none/such")]
    public async Task What_is_wrong_with_the_command_line_is_told_at_once(int exitCode, string said, params string[] args)
    {
        using var process = Start("dotnet", [typeof(SidecarHost).Assembly.Location, .. args]);

        Assert.Equal((exitCode, true), await EndAsync(process, said));
    }

    [Theory]
    [InlineData("spec: {type: state.nothing, version: v1}", "couldn't find state.nothing/v1")]
    [InlineData("spec: {type: state.sqlite, version: v1, metadata: [{name: connectionString, value: /proc/none/x.db}]}", "component broken")]
    public async Task A_component_that_does_not_start_ends_the_program(string spec, string said)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "broken.yaml"), $"apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {{name: broken}}\n{spec}\n", TestContext.Current.CancellationToken);
        using var process = Start("dotnet", [.. Arguments(Ports.Free()), "--resources-path=" + _folder]);

        Assert.Equal((1, true), await EndAsync(process, said));
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_read_ends_the_program()
    {
        var file = Path.Combine(_folder, "config.yaml");
        await File.WriteAllTextAsync(file, "spec: {metric: {enabled: perhaps}}", TestContext.Current.CancellationToken);
        using var process = Start("dotnet", [.. Arguments(Ports.Free()), "--config=" + file]);

        Assert.Equal((1, true), await EndAsync(process, "not true or false"));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_it_with_zero_also_when_it_was_inherited_as_ignored(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals as Linux has them");
        using var process = Start("sh", ["-c", "trap '' INT TERM; exec dotnet \"$@\"", "sh", .. Arguments(Ports.Free())]);
        await SayingAsync(process, "is ready");

        using (var kill = OsProcess.Start("kill", ["-" + signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal((0, true), await EndAsync(process, string.Empty));
    }

    [Fact]
    public async Task After_being_killed_it_starts_again_on_the_same_ports_and_file()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "store.yaml"),
            "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: store}\nspec: {type: state.sqlite, version: v1, metadata: [{name: connectionString, value: s.db}]}\n",
            TestContext.Current.CancellationToken);
        var port = Ports.Free();
        string[] arguments = [.. Arguments(port), "--resources-path=" + _folder, "--data=" + _folder];
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using (var first = Start("dotnet", arguments))
        {
            await SayingAsync(first, "is ready");
            using var saved = await client.PostAsync(new Uri("/v1.0/state/store", UriKind.Relative), new StringContent("""[{"key":"k","value":"kept"}]"""), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NoContent, saved.StatusCode);
            first.Kill();
            await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        using var second = Start("dotnet", arguments);
        await SayingAsync(second, "is ready");

        Assert.Equal("\"kept\"", await client.GetStringAsync(new Uri("/v1.0/state/store/k", UriKind.Relative), TestContext.Current.CancellationToken));
        second.Kill();
        await second.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static string[] Arguments(int httpPort) =>
    [
        typeof(SidecarHost).Assembly.Location, "--app-id=a", $"--dapr-http-port={httpPort}", $"--dapr-grpc-port={Ports.Free()}", $"--dapr-internal-grpc-port={Ports.Free()}", $"--metrics-port={Ports.Free()}",
    ];

    private OsProcess Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return OsProcess.Start(start)!;
    }

    private static async Task SayingAsync(OsProcess process, string what)
    {
        var said = new StringBuilder();
        using var limit = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            said.AppendLine(line);
            if (line.Contains(what, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"It ended without saying '{what}': {said} {await process.StandardError.ReadToEndAsync(limit.Token)}");
    }

    private static async Task<(int ExitCode, bool Said)> EndAsync(OsProcess process, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, (await output + await error).Contains(what, StringComparison.Ordinal));
    }
}
