using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Documents;

namespace DeviceFleet.Devices.Twin;

/// <summary>What became of a write.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Detail">What was wrong, for a person; null: nothing.</param>
/// <param name="Reason">One of <see cref="RejectionReasons"/> where it was wrong; else null.</param>
internal sealed record TwinWriteResult(ChangeOutcome Outcome, string? Detail = null, string? Reason = null);

/// <summary>
/// A device's twin: what operators want and what the device says. Versions rise by one with each write that changes their document and with nothing else; a write made from
/// another version than the current changes nothing. Immutable; reads no clock and does no I/O.
/// </summary>
internal sealed record TwinState
{
    /// <summary>Name of the device as a writer.</summary>
    public const string ByDevice = "device";

    private const string Firmware = "firmware";
    private const int WriterLengthMax = 128;
    private const int DigestTextLengthMax = 64;

    private static readonly JsonTree NoFirmware = JsonTree.Read(JsonElement.Parse("""{"firmware":null}"""));

    public required TwinDocument Desired { get; init; }

    public required TwinDocument Reported { get; init; }

    /// <summary>Since when there is a delta, Unix milliseconds UTC; null: there is none.</summary>
    public long? PendingSince { get; init; }

    public static TwinState Empty { get; } = new() { Desired = NeverWritten(), Reported = NeverWritten() };

    /// <summary>What the device has yet to take on.</summary>
    [JsonIgnore]
    public JsonElement Delta => Owed().ToElement();

    /// <summary>Changes desired.</summary>
    /// <param name="write">What is asked for.</param>
    /// <param name="faultsOf">What else is wrong with a document, by the device's type.</param>
    public (TwinState Next, TwinWriteResult Result) WriteDesired(DesiredWrite write, Func<JsonElement, IReadOnlyList<string>> faultsOf)
    {
        if (write.By.Length is 0 or > WriterLengthMax)
        {
            return (this, new TwinWriteResult(ChangeOutcome.Invalid, $"The writer's name has 1 to {WriterLengthMax} characters.", RejectionReasons.OutOfBounds));
        }

        var (document, result) = Write(Desired, write.IfVersion, write.Document, write.Replace, write.At, write.By, faultsOf);
        return ((this with { Desired = document }).Settle(write.At), result);
    }

    /// <summary>Takes the device's patch of reported; a stale one is a conflict with reason <see cref="RejectionReasons.StaleVersion"/>.</summary>
    /// <param name="patch">What the device says.</param>
    /// <param name="faultsOf">What else is wrong with a document, by the device's type.</param>
    public (TwinState Next, TwinWriteResult Result) Report(ReportedPatch patch, Func<JsonElement, IReadOnlyList<string>> faultsOf)
    {
        var (document, result) = Write(Reported, patch.Version, patch.Patch, replaces: false, patch.ReceivedAt, ByDevice, faultsOf);
        return ((this with { Reported = document }).Settle(patch.ReceivedAt), result);
    }

    public TwinView ToView(DeviceId device, long revision) => new()
    {
        DeviceId = device,
        Revision = revision,
        Desired = Desired,
        Reported = Reported,
        Delta = Delta,
        PendingSince = PendingSince,
    };

    public DesiredMessage ToMessage() => new() { Version = Desired.Version, Desired = Desired.Value, Delta = Delta, ReportedVersion = Reported.Version };

    public TwinDigest ToDigest(bool unsent) =>
        new(Desired.Version, Reported.Version, PendingSince, TypeIn(Reported.Value), FirmwareIn(Reported.Value), unsent);

    /// <summary>What a device that reports this says its firmware is: a text, or an object (<c>FirmwareReport</c>) whose member <c>version</c> is one; null: nothing.</summary>
    private static string? FirmwareIn(JsonElement reported) =>
        !reported.TryGetProperty(Firmware, out var firmware) ? null
        : firmware.ValueKind != JsonValueKind.Object ? TextOf(firmware)
        : firmware.TryGetProperty("version", out var version) ? TextOf(version)
        : null;

    /// <summary>What a device that reports this says its type is, where that could be one; null: nothing.</summary>
    public static string? TypeIn(JsonElement reported) =>
        TextOf(JsonTree.Read(reported).Leaf("deviceType")) is { } type && type.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') ? type : null;

    private static string? TextOf(JsonElement? leaf) =>
        leaf is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 and <= DigestTextLengthMax } value ? value : null;

    private static TwinDocument NeverWritten() => new() { Version = 0, Value = JsonTree.Empty.ToElement(), Writers = new Dictionary<string, TwinWriter>() };

    private static (TwinDocument Next, TwinWriteResult Result) Write(
        TwinDocument old, long? ifVersion, JsonElement patch, bool replaces, long at, string by, Func<JsonElement, IReadOnlyList<string>> faultsOf)
    {
        if (ifVersion is { } version && version != old.Version)
        {
            return (old, new TwinWriteResult(ChangeOutcome.Conflict, $"Made from version {version}; current is {old.Version}.", RejectionReasons.StaleVersion));
        }

        if (patch.ValueKind != JsonValueKind.Object || CompactJson.BytesOf(patch) is null)
        {
            return (old, new TwinWriteResult(ChangeOutcome.Invalid, "A twin is written with a JSON object, in Unicode.", RejectionReasons.Malformed));
        }

        var was = JsonTree.Read(old.Value);
        var next = (replaces ? JsonTree.Empty : was).Merge(JsonTree.Read(patch));
        if (next.SameAs(was))
        {
            return (old, new TwinWriteResult(ChangeOutcome.Unchanged));
        }

        var value = next.ToElement();
        if (TwinBounds.FaultsOf(next, value) is { Count: > 0 } faults)
        {
            return (old, new TwinWriteResult(ChangeOutcome.Invalid, string.Join(" ", faults), RejectionReasons.OutOfBounds));
        }

        if (faultsOf(value) is { Count: > 0 } typeFaults)
        {
            return (old, new TwinWriteResult(ChangeOutcome.Invalid, string.Join(" ", typeFaults), RejectionReasons.OutOfType));
        }

        var writer = new TwinWriter(old.Version + 1, at, by);
        return (new TwinDocument { Version = writer.Version, Value = value, Writers = WritersOf(old, was, next, writer), At = at }, new TwinWriteResult(ChangeOutcome.Applied));
    }

    /// <summary>Leaves that kept their value keep their writer.</summary>
    private static Dictionary<string, TwinWriter> WritersOf(TwinDocument old, JsonTree was, JsonTree next, TwinWriter writer)
    {
        var changed = next.Beyond(was).Leaves().Select(leaf => leaf.Pointer).ToHashSet(StringComparer.Ordinal);
        return next.Leaves().ToDictionary(leaf => leaf.Pointer, leaf => changed.Contains(leaf.Pointer) ? writer : old.Writers[leaf.Pointer], StringComparer.Ordinal);
    }

    /// <summary>
    /// What reported lacks of desired. A firmware order (<c>FirmwareOrder</c>) says where the image lies and who asks, which no device repeats: one that runs the version has carried it out.
    /// </summary>
    private JsonTree Owed()
    {
        var owed = JsonTree.Read(Desired.Value).Beyond(JsonTree.Read(Reported.Value));
        var isCarriedOut = Desired.Value.TryGetProperty(Firmware, out var order) && order.ValueKind == JsonValueKind.Object
            && order.TryGetProperty("version", out var ordered) && TextOf(ordered) is { } version && version == FirmwareIn(Reported.Value);
        return isCarriedOut ? owed.Merge(NoFirmware) : owed;
    }

    private TwinState Settle(long at)
    {
        var isPending = !Owed().IsEmpty;
        return isPending == PendingSince is not null ? this : this with { PendingSince = isPending ? at : null };
    }
}
