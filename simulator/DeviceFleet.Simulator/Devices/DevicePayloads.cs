using System.Buffers;
using System.Globalization;
using System.Text.Json;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Simulator.Profiles;

namespace DeviceFleet.Simulator.Devices;

/// <summary>
/// JSON of a device's messages (DESIGN section 4), written member by member: a sample a second from thousands of devices should not build
/// a dictionary each, and a status must not hold what only the service may set.
/// </summary>
internal static class DevicePayloads
{
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true };

    private static readonly byte[] AcceptedJson = [.. "{\"accepted\":true}"u8];

    /// <summary><c>{boot, seq, ts, metrics:{name: number}}</c>.</summary>
    public static byte[] Telemetry(long boot, long seq, long unixMs, IReadOnlyList<Metric> metrics, ReadOnlySpan<double> values)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Unchecked))
        {
            json.WriteStartObject();
            json.WriteNumber("boot"u8, boot);
            json.WriteNumber("seq"u8, seq);
            json.WriteNumber("ts"u8, unixMs);
            json.WriteStartObject("metrics"u8);
            for (var i = 0; i < metrics.Count; i++)
            {
                json.WriteNumber(metrics[i].Name, values[i]);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary><c>{online, boot, reason?}</c>.</summary>
    public static byte[] Status(bool online, long boot, string? reason) => Object(json =>
    {
        json.WriteBoolean("online"u8, online);
        json.WriteNumber("boot"u8, boot);
        if (reason is not null)
        {
            json.WriteString("reason"u8, reason);
        }
    });

    /// <summary><c>{version?, patch:{deviceType?, firmware?, interval?}}</c>; the interval in seconds.</summary>
    public static byte[] Reported(long? version, string? type, FirmwareReport? firmware, double? intervalSeconds) => Object(json =>
    {
        if (version is { } known)
        {
            json.WriteNumber("version"u8, known);
        }

        json.WriteStartObject("patch"u8);
        if (type is not null)
        {
            json.WriteString("deviceType"u8, type);
        }

        if (firmware is not null)
        {
            WriteFirmware(json, firmware);
        }

        if (intervalSeconds is { } seconds)
        {
            json.WriteNumber("interval"u8, seconds);
        }

        json.WriteEndObject();
    });

    /// <summary><c>{accepted: true}</c>: at work.</summary>
    public static byte[] Accepted() => AcceptedJson;

    /// <summary><c>{ok: true, result?}</c>.</summary>
    public static byte[] Succeeded(Action<Utf8JsonWriter>? result) => Object(json =>
    {
        json.WriteBoolean("ok"u8, true);
        if (result is not null)
        {
            json.WriteStartObject("result"u8);
            result(json);
            json.WriteEndObject();
        }
    });

    /// <summary><c>{ok: false, error}</c>.</summary>
    public static byte[] FailedWith(FormattableString error) => Object(json =>
    {
        json.WriteBoolean("ok"u8, false);
        json.WriteString("error"u8, error.ToString(CultureInfo.InvariantCulture));
    });

    /// <summary>All members, also those that are null: a merge patch removes what is null, and keeps what is not there (RFC 7396).</summary>
    private static void WriteFirmware(Utf8JsonWriter json, FirmwareReport report)
    {
        json.WriteStartObject("firmware"u8);
        json.WriteString("version"u8, report.Version);
        json.WriteString("state"u8, report.State);
        json.WriteString("target"u8, report.Target);
        json.WriteString("rollout"u8, report.Rollout);
        json.WriteString("error"u8, report.Error);
        json.WriteEndObject();
    }

    private static byte[] Object(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(96);
        using (var json = new Utf8JsonWriter(buffer, Unchecked))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
