using System.Text.Json;

namespace DeviceFleet.Contracts.Devices;

/// <summary>Bounds of a twin.</summary>
public static class TwinLimits
{
    /// <summary>
    /// Largest document, desired or reported, as compact JSON in UTF-8, in bytes. Two of them, desired and a delta as large, go into one payload
    /// (<see cref="Messaging.MqttTopics.PayloadBytesMax"/>).
    /// </summary>
    public const int DocumentBytesMax = 32_000;

    /// <summary>Most leaves (values that are no objects) of a document.</summary>
    public const int LeavesMax = 512;

    /// <summary>Deepest nesting of objects and arrays.</summary>
    public const int DepthMax = 10;

    /// <summary>Longest member name, in characters; none is empty.</summary>
    public const int NameLengthMax = 128;

    /// <summary>Longest JSON pointer of a leaf, in characters.</summary>
    public const int PointerLengthMax = 256;
}

/// <summary>One of a twin's two documents.</summary>
public sealed record TwinDocument
{
    /// <summary>Rises by one with each write that changed it; 0: never written.</summary>
    public required long Version { get; init; }

    /// <summary>A JSON object.</summary>
    public required JsonElement Value { get; init; }

    /// <summary>Who gave each leaf its value, by JSON pointer (RFC 6901); writing the value that is there does not count.</summary>
    public required IReadOnlyDictionary<string, TwinWriter> Writers { get; init; }

    /// <summary>When it was written last, Unix milliseconds UTC; null: never.</summary>
    public long? At { get; init; }
}

/// <summary>Who gave a leaf its value.</summary>
/// <param name="Version">The document's version with that write.</param>
/// <param name="At">Unix milliseconds UTC.</param>
/// <param name="By">A user, or <c>device</c>.</param>
public sealed record TwinWriter(long Version, long At, string By);

/// <summary>A device's twin.</summary>
public sealed record TwinView
{
    /// <summary>Whose.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>The device's revision.</summary>
    public required long Revision { get; init; }

    /// <summary>What operators want.</summary>
    public required TwinDocument Desired { get; init; }

    /// <summary>What the device says.</summary>
    public required TwinDocument Reported { get; init; }

    /// <summary>
    /// What the device has yet to take on: every leaf of desired that reported does not have with the same value, as a JSON object of desired's shape. Empty: in step.
    /// </summary>
    public required JsonElement Delta { get; init; }

    /// <summary>Since when there is a delta, Unix milliseconds UTC; null: in step.</summary>
    public long? PendingSince { get; init; }
}

/// <summary>Asks a device's actor to change desired.</summary>
public sealed record DesiredWrite
{
    /// <summary>A JSON merge patch (RFC 7396) of desired; with <see cref="Replace"/> the whole document. An object either way.</summary>
    public required JsonElement Document { get; init; }

    /// <summary>Whether <see cref="Document"/> takes the place of all there is.</summary>
    public bool Replace { get; init; }

    /// <summary>The version of desired that this change was made from; another one than the current is a conflict. Null: whatever it is.</summary>
    public long? IfVersion { get; init; }

    /// <summary>Who asks, at most 128 characters.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>Payload of <c>fleet/{id}/reported</c>: <c>{version?, patch}</c>.</summary>
public sealed record ReportedPatch
{
    /// <summary>
    /// The version of reported that the device made this patch from. Another one than the current is refused as stale, which also makes a repetition harmless.
    /// Left out: applied to whatever is there.
    /// </summary>
    public long? Version { get; init; }

    /// <summary>A JSON merge patch (RFC 7396) of reported; an object.</summary>
    public required JsonElement Patch { get; init; }

    /// <summary>When the service took it, Unix milliseconds UTC; set by the service, not by the device.</summary>
    public long ReceivedAt { get; init; }
}

/// <summary>The device's question on <c>fleet/{id}/twin/get</c>; its payload says nothing.</summary>
/// <param name="ReceivedAt">When the service took it, Unix milliseconds UTC.</param>
public sealed record TwinRequest(long ReceivedAt);

/// <summary>
/// Payload of <c>fleet/{id}/desired</c>: sent, retained, when desired changes, and when the device connects or asks on <c>fleet/{id}/twin/get</c>.
/// </summary>
public sealed record DesiredMessage
{
    /// <summary>Version of desired. Devices ignore one that is not above the last they took.</summary>
    public required long Version { get; init; }

    /// <summary>Desired, whole.</summary>
    public required JsonElement Desired { get; init; }

    /// <summary>What of it reported did not have when this was sent, as <see cref="TwinView.Delta"/>.</summary>
    public required JsonElement Delta { get; init; }

    /// <summary>Version of reported when this was sent: what the device's next patch may name.</summary>
    public required long ReportedVersion { get; init; }
}

/// <summary>Event on topic <c>device-events</c>, type <see cref="Messaging.EventTypes.TwinChanged"/>: desired or reported was written.</summary>
public sealed record TwinEvent
{
    /// <summary>Whose.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Which document was written: <c>desired</c> or <c>reported</c>.</summary>
    public required string Part { get; init; }

    /// <summary>Its version after the write.</summary>
    public required long Version { get; init; }

    /// <summary>The patch as it was written; null when it is larger than 4 KiB.</summary>
    public JsonElement? Patch { get; init; }

    /// <summary>A user, or <c>device</c>.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>The device after the change.</summary>
    public required DeviceView View { get; init; }
}
