using System.Diagnostics;
using System.Text.Json;
using DeviceFleet.EndToEnd.Tests.Processes;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>The hub as a stranger's program sees it: the official npm client, under Node.</summary>
public sealed class NpmClientTests(FleetFixture fleet)
{
    [Fact]
    public async Task The_npm_client_sees_a_device_come_online_move_and_go_offline()
    {
        var folder = Path.Combine(Artifacts.Root, "tests", "DeviceFleet.EndToEnd.Tests", "node");
        await InstallAsync(folder);
        const string name = "npm-watched";
        using var node = Start(folder, "node", ["hub-client.mjs", fleet.Local.SignInLink.AbsoluteUri, name]);
        await SeenAsync(node, seen => seen.GetProperty("what").GetString() == "watching");

        var device = new MqttDevice(fleet.Local, name);
        await device.ConnectAsync();
        await SeenAsync(node, seen => Is(seen, "online"));
        await device.SendAsync(0, 42.5);
        await SeenAsync(node, seen => Is(seen, "online") && seen.GetProperty("temp") is { ValueKind: JsonValueKind.Number } temp && temp.GetDouble() == 42.5);
        await device.DisposeAsync();
        await SeenAsync(node, seen => Is(seen, "offline"));

        node.StandardInput.Close();
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, node.ExitCode);
    }

    private static bool Is(JsonElement seen, string presence) => seen.TryGetProperty("presence", out var value) && value.GetString() == presence;

    private static async Task SeenAsync(Process node, Func<JsonElement, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var line = await node.StandardOutput.ReadLineAsync(limit.Token);
            if (line is null)
            {
                Assert.Fail("node ended: " + await node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            }

            using var seen = JsonDocument.Parse(line);
            if (wanted(seen.RootElement))
            {
                return;
            }
        }
    }

    /// <summary>Packages by the lock file, once.</summary>
    private static async Task InstallAsync(string folder)
    {
        if (Directory.Exists(Path.Combine(folder, "node_modules", "@microsoft", "signalr")))
        {
            return;
        }

        try
        {
            using var npm = Start(folder, "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
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

    private static Process Start(string folder, string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
