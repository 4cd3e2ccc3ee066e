using System.Buffers;
using System.Text.Json;
using DeviceFleet.Simulator.Profiles;

namespace DeviceFleet.Simulator.Devices;

/// <summary>
/// JSON of a device's messages (DESIGN section 4), written member by member: a sample a second from thousands of devices should not build
/// a dictionary each, and a status must not hold what only the service may set.
/// </summary>
internal static class DevicePayloads
{
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true };

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
    public static byte[] Status(bool online, long boot, string? reason)
    {
        var buffer = new ArrayBufferWriter<byte>(96);
        using (var json = new Utf8JsonWriter(buffer, Unchecked))
        {
            json.WriteStartObject();
            json.WriteBoolean("online"u8, online);
            json.WriteNumber("boot"u8, boot);
            if (reason is not null)
            {
                json.WriteString("reason"u8, reason);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
