using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using DeviceFleet.EndToEnd.Tests.Live;
using DeviceFleet.EndToEnd.Tests.Processes;

namespace DeviceFleet.EndToEnd.Tests.Lifecycle;

/// <summary>The one command: start, stop, start again.</summary>
public sealed partial class LocalLifecycleTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Ctrl_C_ends_it_cleanly_and_the_next_start_remembers_everything()
    {
        var data = Artifacts.NewFolder();
        await using var first = await LocalProcess.StartAsync(data);
        await using (var device = new MqttDevice(first, "remembered"))
        {
            await device.ConnectAsync();
            await device.SendAsync(0, 12.5);
        }

        var stopping = Stopwatch.StartNew();
        var exit = await first.InterruptAsync(TimeSpan.FromSeconds(5)); // the bound that users are promised
        Assert.DoesNotContain("fail: ", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("crit: ", first.Output, StringComparison.Ordinal);
        output.WriteLine($"stopped in {stopping.Elapsed}");
        await using var second = await LocalProcess.StartAsync(data, first.MqttPort, first.HttpPort);
        var (client, _) = await second.SignInAsync();
        using var signedIn = client;
        var view = await LocalProcess.DeviceAsync(client, Contracts.Devices.DeviceId.Parse("remembered"));

        Assert.Equal(0, exit);
        Assert.Equal(1, view!.Totals.Applied);
        Assert.Equal(12.5, view.Metrics["temp"]);
        await second.InterruptAsync(TimeSpan.FromSeconds(5));
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_is_refused_with_the_reason()
    {
        var data = Artifacts.NewFolder();
        await using var first = await LocalProcess.StartAsync(data);
        await using var second = LocalProcess.StartUnready(data, Artifacts.FreePort(), Artifacts.FreePort());

        Assert.NotEqual(0, await second.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("in use by another process", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_it_with_the_reason()
    {
        var data = Artifacts.NewFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var local = LocalProcess.StartUnready(data, ((IPEndPoint)taken.LocalEndpoint).Port, Artifacts.FreePort());

        Assert.NotEqual(0, await local.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("--mqtt-port", local.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_listens_on_loopback_only_and_tells_how_long_the_start_took()
    {
        var data = Artifacts.NewFolder();
        await using var local = await LocalProcess.StartAsync(data);

        var ready = await local.LineAsync(line => ReadyLine().IsMatch(line), TimeSpan.FromSeconds(10));
        output.WriteLine(ready);
        var listening = await File.ReadAllLinesAsync($"/proc/{local.Id}/net/tcp", TestContext.Current.CancellationToken);
        var local4 = listening.Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]).ToArray();
        foreach (var port in (int[])[local.MqttPort, local.HttpPort])
        {
            Assert.Contains($"0100007F:{port:X4}", local4);
            Assert.DoesNotContain($"00000000:{port:X4}", local4);
        }

        await local.InterruptAsync(TimeSpan.FromSeconds(5));
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task With_devices_it_runs_the_simulator_too()
    {
        var data = Artifacts.NewFolder();
        await using var local = await LocalProcess.StartAsync(data, more: ["--devices", "20", "--rate", "5"]);
        var (client, cookies) = await local.SignInAsync();
        using var signedIn = client;
        await using var hub = await local.ConnectHubAsync(cookies);
        var watch = await HubWatch.StartAsync(hub);

        await watch.UntilAsync("20 devices online and sending", seen => seen.Counters is { Online: 20, Applied: > 100 });

        Assert.Empty(watch.Faults);
        Assert.Equal(0, await local.InterruptAsync(TimeSpan.FromSeconds(5)));
        Directory.Delete(data, recursive: true);
    }

    [GeneratedRegex("ready in [0-9.]+ s")]
    private static partial Regex ReadyLine();
}
