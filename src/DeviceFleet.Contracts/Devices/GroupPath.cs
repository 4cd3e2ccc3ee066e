using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceFleet.Contracts.Devices;

/// <summary>
/// A place in the hierarchy of groups: <c>site</c>, <c>site/line</c>, and so on; 1 to 4 segments of 1 to 32 characters of <c>A–Z a–z 0–9 _ -</c>, the first of
/// each a letter or digit. A device that is in <c>oslo/line-2</c> is in <c>oslo</c> as well.
/// </summary>
[JsonConverter(typeof(GroupPathJsonConverter))]
public readonly record struct GroupPath
{
    /// <summary>Most segments.</summary>
    public const int SegmentsMax = 4;

    /// <summary>Longest segment, in characters.</summary>
    public const int SegmentLengthMax = 32;

    private const char Separator = '/';

    private GroupPath(string value) => Value = value;

    /// <summary>The path as text; empty only for <c>default</c>.</summary>
    public string Value { get => field ?? string.Empty; }

    /// <summary>The id of its actor: dots for slashes, which no segment holds and a URL would give a meaning to.</summary>
    public string ActorId => Value.Replace(Separator, '.');

    /// <summary>The group above; null at the top.</summary>
    public GroupPath? Parent => Value.LastIndexOf(Separator) is > 0 and var cut ? new GroupPath(Value[..cut]) : null;

    /// <summary>Reads a path; false when the text is no valid one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out GroupPath path)
    {
        path = default;
        if (string.IsNullOrEmpty(text) || text.Length > (SegmentLengthMax + 1) * SegmentsMax)
        {
            return false;
        }

        var segments = text.Split(Separator);
        if (segments.Length > SegmentsMax || !segments.All(IsSegment))
        {
            return false;
        }

        path = new GroupPath(text);
        return true;
    }

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">The text is no valid path.</exception>
    public static GroupPath Parse(string text) => TryParse(text, out var path)
        ? path
        : throw new FormatException($"'{text}' is no group: 1 to {SegmentsMax} segments joined by /, each 1 to {SegmentLengthMax} of A-Z a-z 0-9 _ -, first a letter or digit.");

    /// <summary>Reads the id of a group's actor.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static GroupPath FromActorId(string actorId) => Parse(actorId.Replace('.', Separator));

    /// <summary>Whether this is <paramref name="other"/> or lies below it.</summary>
    public bool IsIn(GroupPath other) =>
        Value == other.Value || (Value.Length > other.Value.Length && Value[other.Value.Length] == Separator && Value.StartsWith(other.Value, StringComparison.Ordinal));

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static bool IsSegment(string segment) =>
        segment.Length is > 0 and <= SegmentLengthMax && char.IsAsciiLetterOrDigit(segment[0]) && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}

/// <summary>Writes a <see cref="GroupPath"/> as a JSON string.</summary>
public sealed class GroupPathJsonConverter : JsonConverter<GroupPath>
{
    /// <inheritdoc/>
    public override GroupPath Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        GroupPath.TryParse(reader.GetString(), out var path) ? path : throw new JsonException("Not a group.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, GroupPath value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
