using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Access;
using DeviceFleet.Provisioning.Bookkeeping;
using DeviceFleet.Provisioning.Tests.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Provisioning.Tests.Access;

/// <summary>The exported password file, given to the real broker.</summary>
public sealed class MosquittoPasswordTests
{
    private static readonly string[] Folders = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/opt/homebrew/sbin"];

    private readonly KeptWorld _world = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Fact]
    public async Task Lines_are_read_page_by_page_and_hold_who_may_connect()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        foreach (var number in Enumerable.Range(1, 5))
        {
            await RegisterAsync(life, $"pump-{number}");
        }

        await life.Identities.ApplyAsync(DeviceId.Parse("pump-5"), Change(IdentityAction.Suspend), CancellationToken.None);
        await WriteDownAsync(life, 5);

        var lines = (await ReadAsync(life)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(["pump-1", "pump-2", "pump-3", "pump-4"], lines.Select(line => line.Split(':')[0]));
        Assert.All(lines, line => Assert.Matches(@"^pump-\d:\$7\$1000\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/=]{88}$", line));
    }

    [Fact]
    public async Task Mosquitto_lets_a_device_in_with_its_password_and_refuses_another()
    {
        if (Find("mosquitto") is not { } broker || Find("mosquitto_pub") is not { } client)
        {
            Assert.Skip("mosquitto and mosquitto-clients are not installed");
            return;
        }

        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var secret = await RegisterAsync(life, "pump-1");
        await WriteDownAsync(life, 1);
        var folder = Directory.CreateTempSubdirectory("mosquitto-");
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "passwords"), await ReadAsync(life));
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "mosquitto.conf"),
            string.Create(CultureInfo.InvariantCulture, $"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {folder.FullName}/passwords\nuser root\n"));
        using var running = Start(broker, "-c", Path.Combine(folder.FullName, "mosquitto.conf"));
        try
        {
            await ListeningAsync(port);
            Assert.Equal(0, await PublishAsync(client, port, "pump-1", secret));
            Assert.NotEqual(0, await PublishAsync(client, port, "pump-1", secret + "x"));
            Assert.NotEqual(0, await PublishAsync(client, port, "pump-2", secret));
        }
        finally
        {
            running.Kill();
            await running.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RegisterAsync(ProvisioningLife life, string device) =>
        (await life.Identities.ApplyAsync(DeviceId.Parse(device), Change(IdentityAction.Register), CancellationToken.None)).Value!.Secret!;

    private static IdentityChange Change(IdentityAction action) => new() { Action = action, By = "ada", At = 1 };

    // What the subscription does in its own time.
    private static async Task WriteDownAsync(ProvisioningLife life, int devices)
    {
        var notes = new Notes();
        foreach (var number in Enumerable.Range(1, devices))
        {
            notes.Take(new IdentityEvent { Identity = (await life.Identities.GetAsync(DeviceId.Parse($"pump-{number}"), CancellationToken.None)).Value! });
        }

        await life.Services.GetRequiredService<Bookkeeper>().WriteAsync(notes, CancellationToken.None);
    }

    private static async Task<string> ReadAsync(ProvisioningLife life)
    {
        var all = "";
        string? after = null;
        do
        {
            (var lines, after) = await life.Services.GetRequiredService<PasswordLines>().ReadAsync(after, CancellationToken.None);
            all += lines;
        }
        while (after is not null);

        return all;
    }

    private static string? Find(string program) =>
        Folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;

    private static async Task ListeningAsync(int port)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (attempt < 200)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    private static async Task<int> PublishAsync(string client, int port, string device, string password)
    {
        using var publishing = Start(
            client, "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-i", device, "-u", device, "-P", password, "-t", MqttTopics.Telemetry(DeviceId.Parse(device)), "-m", "{}");
        await publishing.WaitForExitAsync();
        return publishing.ExitCode;
    }
}
