using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.EndToEnd.Tests.Processes;

/// <summary>
/// The passwords of a fleet's devices, by hand as an administrator lets devices in: each is asked for once, is told once, and stays good over restarts of the process. Thread-safe.
/// </summary>
internal sealed class Identities
{
    private const int AtOnceMax = 1_000;
    private static readonly ConcurrentDictionary<string, Identities> ByFleet = new(StringComparer.Ordinal);
    private static readonly SemaphoreSlim Registering = new(1);

    private readonly ConcurrentDictionary<DeviceId, Credential> _known = new();

    private Identities()
    {
    }

    /// <summary>Those of a fleet, whichever of its processes runs.</summary>
    public static Identities Of(LocalProcess local) => ByFleet.GetOrAdd(local.Data, _ => new Identities());

    /// <summary>Lets a device in, unless it was before, and answers its password.</summary>
    public async Task<string> PasswordOfAsync(LocalProcess local, DeviceId id)
    {
        await RegisterAsync(local, [id]);
        return _known[id].Secret;
    }

    /// <summary>Lets devices in, those that were not before.</summary>
    public async Task RegisterAsync(LocalProcess local, IReadOnlyList<DeviceId> ids)
    {
        await Registering.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var missing = ids.Where(id => !_known.ContainsKey(id)).ToList();
            if (missing.Count == 0)
            {
                return;
            }

            var (client, _) = await local.SignInAsync();
            using var signedIn = client;
            foreach (var some in missing.Chunk(AtOnceMax))
            {
                await ImportAsync(client, some);
            }
        }
        finally
        {
            Registering.Release();
        }
    }

    /// <summary>Writes the file that the simulator reads its identities from; the hardware ids are the device ids.</summary>
    public async Task WriteFileAsync(LocalProcess local, string path, IReadOnlyList<DeviceId> ids)
    {
        await RegisterAsync(local, ids);
        await File.WriteAllLinesAsync(
            path,
            ids.Select(id => JsonSerializer.Serialize(new { hardwareId = id.Value, deviceId = id.Value, credentialId = _known[id].CredentialId, secret = _known[id].Secret })),
            TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private async Task ImportAsync(HttpClient client, IReadOnlyList<DeviceId> ids)
    {
        using var answer = await client.PostAsJsonAsync(
            new Uri("api/provisioning/import", UriKind.Relative), new { devices = ids.Select(id => new { id = id.Value }) }, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {body}");
        using var result = JsonDocument.Parse(body);
        foreach (var device in result.RootElement.GetProperty("devices").EnumerateArray())
        {
            Assert.Equal("applied", device.GetProperty("outcome").GetString());
            _known[DeviceId.Parse(device.GetProperty("deviceId").GetString()!)] =
                new Credential(device.GetProperty("credentialId").GetString()!, device.GetProperty("secret").GetString()!);
        }
    }

    private sealed record Credential(string CredentialId, string Secret);
}
