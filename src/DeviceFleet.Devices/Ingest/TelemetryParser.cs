using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Devices.Ingest;

/// <summary>What a payload holds, or why it could not be read.</summary>
internal readonly record struct ParsedTelemetry(IReadOnlyList<TelemetrySample>? Samples, string? Reason, string? Detail)
{
    [MemberNotNullWhen(true, nameof(Samples))]
    [MemberNotNullWhen(false, nameof(Reason), nameof(Detail))]
    public bool IsSound => Samples is not null;

    public static ParsedTelemetry Of(IReadOnlyList<TelemetrySample> samples) => new(samples, null, null);

    public static ParsedTelemetry Refused(string reason, string detail) => new(null, reason, detail);
}

/// <summary>
/// Reads <c>fleet/{id}/telemetry</c>: one <c>{boot?, seq?, ts?, metrics:{name: number}}</c> or an array of up to 100. Unknown members are skipped. Written by hand
/// over the reader, as it runs for every message: it says what is wrong without throwing for what devices commonly do wrong.
/// </summary>
internal static class TelemetryParser
{
    public static ParsedTelemetry Parse(in ReadOnlySequence<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            if (!reader.Read())
            {
                return Malformed("Empty.");
            }

            var parsed = reader.TokenType switch
            {
                JsonTokenType.StartObject => ReadOne(ref reader),
                JsonTokenType.StartArray => ReadMany(ref reader),
                _ => Malformed("Neither an object nor an array."),
            };

            // Reading on finds what follows the value, and throws if that is anything.
            return parsed.IsSound && reader.Read() ? Malformed("Something follows the JSON value.") : parsed;
        }
        catch (JsonException exception)
        {
            return Malformed($"Not JSON: line {exception.LineNumber}, byte {exception.BytePositionInLine}.");
        }
        catch (InvalidOperationException)
        {
            // A name or text that is no valid UTF-8.
            return Malformed("Not UTF-8.");
        }
    }

    private static ParsedTelemetry ReadOne(ref Utf8JsonReader reader) =>
        ReadSample(ref reader, out var sample) is { } fault ? fault : ParsedTelemetry.Of([sample]);

    private static ParsedTelemetry ReadMany(ref Utf8JsonReader reader)
    {
        var samples = new List<TelemetrySample>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return Malformed($"Sample {samples.Count} is no object.");
            }

            if (samples.Count == MqttTopics.SamplesPerMessageMax)
            {
                return ParsedTelemetry.Refused(RejectionReasons.TooLarge, $"More than {MqttTopics.SamplesPerMessageMax} samples.");
            }

            if (ReadSample(ref reader, out var sample) is { } fault)
            {
                return fault;
            }

            samples.Add(sample);
        }

        return samples.Count == 0 ? Malformed("An array without samples.") : ParsedTelemetry.Of(samples);
    }

    private static ParsedTelemetry? ReadSample(ref Utf8JsonReader reader, out TelemetrySample sample)
    {
        sample = null!;
        long? boot = null;
        long? seq = null;
        long? ts = null;
        Dictionary<string, double>? metrics = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var fault = reader.ValueTextEquals("metrics"u8) ? ReadMetrics(ref reader, out metrics)
                : reader.ValueTextEquals("seq"u8) ? ReadInteger(ref reader, "seq", out seq)
                : reader.ValueTextEquals("boot"u8) ? ReadInteger(ref reader, "boot", out boot)
                : reader.ValueTextEquals("ts"u8) ? ReadInteger(ref reader, "ts", out ts)
                : SkipMember(ref reader);
            if (fault is not null)
            {
                return fault;
            }
        }

        if (metrics is null)
        {
            return Malformed("No metrics.");
        }

        sample = new TelemetrySample { Boot = boot, Seq = seq, Ts = ts, Metrics = metrics };
        return null;
    }

    private static ParsedTelemetry? ReadMetrics(ref Utf8JsonReader reader, out Dictionary<string, double>? metrics)
    {
        metrics = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return Malformed("metrics is no object.");
        }

        metrics = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number)
            {
                return Malformed("A metric is no number.");
            }

            // A number too large for a double reads as infinite, which JSON cannot carry on to the actor.
            if (!reader.TryGetDouble(out var value) || !double.IsFinite(value))
            {
                return ParsedTelemetry.Refused(RejectionReasons.OutOfBounds, "A metric is larger than any number can be.");
            }

            metrics[name] = value;
        }

        return null;
    }

    private static ParsedTelemetry? ReadInteger(ref Utf8JsonReader reader, string name, out long? value)
    {
        value = null;
        if (!reader.Read() || reader.TokenType is not (JsonTokenType.Number or JsonTokenType.Null))
        {
            return Malformed($"{name} is no integer.");
        }

        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (!reader.TryGetInt64(out var number))
        {
            return Malformed($"{name} is no integer of 64 bits.");
        }

        value = number;
        return null;
    }

    private static ParsedTelemetry? SkipMember(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return null;
    }

    private static ParsedTelemetry Malformed(string detail) => ParsedTelemetry.Refused(RejectionReasons.Malformed, detail);
}
