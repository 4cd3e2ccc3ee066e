using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Simulator.Control;

/// <summary>
/// The device's side of its twin: what it makes of a message on <c>desired</c>. It takes on <c>interval</c>, seconds between two samples, and hands <c>firmware</c> on; other
/// members are not for it and stay pending. No clock, no I/O. Not thread-safe.
/// </summary>
internal sealed class DesiredState(double? intervalSeconds)
{
    /// <summary>Shortest interval, in seconds.</summary>
    public const double IntervalSecondsMin = 0.001;

    /// <summary>Longest interval, in seconds: a day.</summary>
    public const double IntervalSecondsMax = 86_400;

    private const string Interval = "interval";
    private const string Firmware = "firmware";
    private long _version;

    /// <summary>Seconds between two samples; null: the device was started silent, and stays so.</summary>
    public double? IntervalSeconds { get; private set; } = intervalSeconds;

    /// <summary>Takes a message; answers what follows from it.</summary>
    /// <exception cref="JsonException">The payload is not what a message on <c>desired</c> is.</exception>
    public DesiredTaken Take(ReadOnlySpan<byte> payload)
    {
        var message = JsonSerializer.Deserialize(payload, ContractsJson.Default.DesiredMessage) ?? throw new JsonException("Nothing.");
        if (message.Version < _version || message.Version == 0)
        {
            return default; // an older one that was overtaken: what is newer was taken already
        }

        _version = message.Version;
        return new DesiredTaken(TakeInterval(message), OrderIn(message.Desired));
    }

    /// <summary>Takes an interval on; false when it is none, or the device is silent.</summary>
    public bool TrySet(double seconds)
    {
        if (IntervalSeconds is null || !IsInterval(seconds))
        {
            return false;
        }

        IntervalSeconds = seconds;
        return true;
    }

    private IntervalReport? TakeInterval(DesiredMessage message)
    {
        if (IntervalSeconds is null || Number(message.Desired) is not { } wanted)
        {
            return null;
        }

        var changes = wanted != IntervalSeconds;
        IntervalSeconds = wanted;

        // What the delta still names was not reported yet, or the report was made from a version that had passed.
        return changes || Number(message.Delta) is not null ? new IntervalReport(message.ReportedVersion, wanted) : null;
    }

    private static FirmwareOrder? OrderIn(JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty(Firmware, out var member) || member.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        try
        {
            return member.Deserialize(ContractsJson.Default.FirmwareOrder);
        }
        catch (JsonException)
        {
            return null; // not an order: somebody else's member of this name
        }
    }

    private static double? Number(JsonElement document) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty(Interval, out var member)
            && member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out var seconds) && IsInterval(seconds)
            ? seconds
            : null;

    private static bool IsInterval(double seconds) => seconds is >= IntervalSecondsMin and <= IntervalSecondsMax;
}

/// <summary>What follows from a message on <c>desired</c>.</summary>
/// <param name="Interval">An interval to report; null: none.</param>
/// <param name="Firmware">Firmware that the device is to run; null: none.</param>
internal readonly record struct DesiredTaken(IntervalReport? Interval, FirmwareOrder? Firmware);

/// <summary>An interval that is to be reported, made from a version of reported.</summary>
internal readonly record struct IntervalReport(long ReportedVersion, double Seconds);
