using System.Collections.Concurrent;
using System.Text.Json;
using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.ServiceDefaults.Actors;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Asks devices' actors how their devices are, some at once. Thread-safe.</summary>
internal sealed partial class DeviceLooks(IActorProxyFactory factory, IOptions<RolloutOptions> options, TimeProvider time, ILogger<DeviceLooks> logger)
{
    /// <summary>Most proxies kept; as many as one rollout has devices.</summary>
    private const int ProxiesMax = 2 * RolloutLimits.DevicesMax;

    private readonly ProxyCache _proxies = new(factory, DeviceActorMethods.ActorType, ProxiesMax);

    /// <summary>What is seen of each; one that cannot be asked is unknown.</summary>
    public async Task<IReadOnlyList<RolloutObservation>> LookAsync(IReadOnlyList<DeviceId> devices, CancellationToken cancellationToken)
    {
        var seen = new ConcurrentBag<RolloutObservation>();
        var calls = new ParallelOptions { MaxDegreeOfParallelism = options.Value.CallsMax, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(devices, calls, async (device, token) => seen.Add(await LookAsync(device, token)));
        return [.. seen];
    }

    public Task<TwinView> GetTwinAsync(DeviceId device, CancellationToken cancellationToken) =>
        _proxies[device.Value].InvokeMethodAsync<TwinView>(DeviceActorMethods.GetTwin, cancellationToken);

    public Task<ChangeReply<TwinView>> WriteDesiredAsync(DeviceId device, DesiredWrite write, CancellationToken cancellationToken) =>
        _proxies[device.Value].InvokeMethodAsync<DesiredWrite, ChangeReply<TwinView>>(DeviceActorMethods.WriteDesired, write, cancellationToken);

    /// <summary>The rollout whose order a desired twin holds; empty: somebody else's; null: none.</summary>
    public static string? OrderedBy(TwinView twin) =>
        twin.Desired.Value.ValueKind != JsonValueKind.Object || !twin.Desired.Value.TryGetProperty("firmware", out var firmware) ? null
        : TextOf(firmware, "rollout") ?? string.Empty;

    /// <summary>What a reported twin says of firmware: its version as a text, or a <see cref="FirmwareReport"/>, of which only the version has to be there.</summary>
    public static FirmwareReport? FirmwareOf(TwinView twin)
    {
        if (twin.Reported.Value.ValueKind != JsonValueKind.Object || !twin.Reported.Value.TryGetProperty("firmware", out var firmware))
        {
            return null;
        }

        var version = firmware.ValueKind == JsonValueKind.String ? firmware.GetString() : TextOf(firmware, "version");
        return version is { Length: > 0 and <= ReleaseLimits.VersionLengthMax }
            ? new FirmwareReport
            {
                Version = version,
                State = TextOf(firmware, "state") ?? FirmwareStates.Idle,
                Target = TextOf(firmware, "target"),
                Rollout = TextOf(firmware, "rollout"),
                Error = TextOf(firmware, "error"),
            }
            : null;
    }

    private static string? TextOf(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private async Task<RolloutObservation> LookAsync(DeviceId device, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            // The view after the twin: a device that reports and then is gone was there.
            var twin = await GetTwinAsync(device, cancellationToken);
            var view = await _proxies[device.Value].InvokeMethodAsync<DeviceView>(DeviceActorMethods.GetView, cancellationToken);
            return new RolloutObservation
            {
                DeviceId = device,
                At = at,
                IsThere = view.Revision > 0 && view.IsRemoved != true,
                IsOnline = view.Presence is Presence.Online or Presence.Stale,
                Boot = view.Boot,
                ReportedVersion = twin.Reported.Version,
                Firmware = FirmwareOf(twin),
                OrderedBy = OrderedBy(twin),
                IsCritical = view.Alarms.Severity == AlarmSeverity.Critical,
            };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The others are to be looked at all the same.
            Log.NotAsked(logger, exception, device);
            return new RolloutObservation { DeviceId = device, At = at, IsUnknown = true };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2510, LogLevel.Warning, "Device {Device} could not be asked how it is.")]
        public static partial void NotAsked(ILogger logger, Exception exception, DeviceId device);
    }
}
