using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceFleet.Contracts.Devices;

/// <summary>Where a command is. It only ever moves down this list, and stays at the last four.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CommandState>))]
public enum CommandState
{
    /// <summary>On disk, waiting for the device.</summary>
    [JsonStringEnumMemberName("queued")]
    Queued,

    /// <summary>Handed to the broker for the connected device.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,

    /// <summary>The device said that it has it and is at work.</summary>
    [JsonStringEnumMemberName("acknowledged")]
    Acknowledged,

    /// <summary>The device did it.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>The device could not do it.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Not delivered, or not answered, in time.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>Taken back before it was delivered.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}

/// <summary>Bounds of commands.</summary>
public static class CommandLimits
{
    /// <summary>Most commands of one device that have not ended.</summary>
    public const int OpenMax = 100;

    /// <summary>Ended commands of one device that are remembered; older ones go, with their idempotency keys.</summary>
    public const int EndedKeptMax = 100;

    /// <summary>Longest name, in characters of <c>A–Z a–z 0–9 . _ -</c>.</summary>
    public const int NameLengthMax = 64;

    /// <summary>Longest idempotency key, in characters.</summary>
    public const int KeyLengthMax = 128;

    /// <summary>Largest arguments or result, as compact JSON in UTF-8, in bytes.</summary>
    public const int JsonBytesMax = 16 * 1024;

    /// <summary>Deepest nesting of arguments or result.</summary>
    public const int JsonDepthMax = 32;

    /// <summary>Arguments of all open commands of one device together, in bytes.</summary>
    public const int OpenBytesMax = 512 * 1024;

    /// <summary>Arguments and results of all remembered ended commands together, in bytes; the oldest go before there are more.</summary>
    public const int EndedBytesMax = 512 * 1024;

    /// <summary>Longest error that a device may give, in characters; what is longer is cut.</summary>
    public const int ErrorLengthMax = 500;

    /// <summary>How long a command may wait for its device, at most.</summary>
    public static TimeSpan ExpiresInMax { get; } = TimeSpan.FromDays(30);

    /// <summary>How long it waits where nothing is said.</summary>
    public static TimeSpan ExpiresInDefault { get; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the device may take from delivery to result, at most.</summary>
    public static TimeSpan TimeoutMax { get; } = TimeSpan.FromHours(24);

    /// <summary>How long it may take where nothing is said.</summary>
    public static TimeSpan TimeoutDefault { get; } = TimeSpan.FromSeconds(60);
}

/// <summary>Asks a device's actor to have something done.</summary>
public sealed record CommandRequest
{
    /// <summary>What.</summary>
    public required string Name { get; init; }

    /// <summary>With what: any JSON; null: nothing.</summary>
    public JsonElement? Args { get; init; }

    /// <summary>
    /// Idempotency key. A second request with the same key and content is answered with the first one's command, one with other content is a conflict.
    /// Null: each request is a command of its own.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>How long it may wait for delivery, milliseconds; null: <see cref="CommandLimits.ExpiresInDefault"/>.</summary>
    public long? ExpiresInMs { get; init; }

    /// <summary>How long the device may take from delivery to result, milliseconds; null: <see cref="CommandLimits.TimeoutDefault"/>.</summary>
    public long? TimeoutMs { get; init; }

    /// <summary>Who asks, at most 128 characters.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>A command and what became of it.</summary>
public sealed record DeviceCommand
{
    /// <summary>Whose.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Unique for the device: the last level of its topic.</summary>
    public required string Id { get; init; }

    /// <summary>Counts the device's commands from 1; they are delivered in this order.</summary>
    public required long Number { get; init; }

    /// <summary>What.</summary>
    public required string Name { get; init; }

    /// <summary>With what.</summary>
    public JsonElement? Args { get; init; }

    /// <summary>Idempotency key.</summary>
    public string? Key { get; init; }

    /// <summary>Where it is.</summary>
    public required CommandState State { get; init; }

    /// <summary>Who asked.</summary>
    public required string By { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When it expires undelivered, Unix milliseconds UTC.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>How long the device may take from first delivery to result, milliseconds.</summary>
    public required long TimeoutMs { get; init; }

    /// <summary>First delivery, Unix milliseconds UTC.</summary>
    public long? DeliveredAt { get; init; }

    /// <summary>How often it was handed to the broker.</summary>
    public int Deliveries { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public long? AcknowledgedAt { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public long? EndedAt { get; init; }

    /// <summary>What the device answered.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Why it did not succeed.</summary>
    public string? Error { get; init; }
}

/// <summary>Payload of <c>fleet/{id}/commands/{commandId}</c>.</summary>
public sealed record CommandMessage
{
    /// <summary>What.</summary>
    public required string Name { get; init; }

    /// <summary>With what.</summary>
    public JsonElement? Args { get; init; }

    /// <summary>When nobody waits for the device's answer any more, Unix milliseconds UTC: it need not begin then.</summary>
    public required long ExpiresAt { get; init; }
}

/// <summary>
/// Payload of <c>fleet/{id}/commands/{commandId}/result</c>: <c>{accepted: true}</c> to say that the device is at work, then <c>{ok, result?, error?}</c>.
/// </summary>
public sealed record CommandAnswer
{
    /// <summary>The device has it and is at work; no result yet. Ignored when <see cref="Ok"/> is there.</summary>
    public bool? Accepted { get; init; }

    /// <summary>Done, or could not be done; null: no result yet.</summary>
    public bool? Ok { get; init; }

    /// <summary>What came of it: any JSON.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Why it could not be done.</summary>
    public string? Error { get; init; }

    /// <summary>Which; from the topic, not from the payload.</summary>
    public string CommandId { get; init => field = value ?? ""; } = "";

    /// <summary>When the service took it, Unix milliseconds UTC; set by the service, not by the device.</summary>
    public long ReceivedAt { get; init; }
}

/// <summary>Takes a command back that was not delivered yet.</summary>
/// <param name="CommandId">Which.</param>
/// <param name="By">Who asks.</param>
/// <param name="At">Unix milliseconds UTC.</param>
public sealed record CommandCancel(string CommandId, string By, long At);

/// <summary>Commands of one device.</summary>
/// <param name="Commands">Newest first: all that have not ended, and the last that did.</param>
public sealed record CommandList(IReadOnlyList<DeviceCommand> Commands);

/// <summary>Event on topic <c>device-events</c>, type <see cref="Messaging.EventTypes.CommandChanged"/>.</summary>
public sealed record CommandEvent
{
    /// <summary>The command after the change.</summary>
    public required DeviceCommand Command { get; init; }

    /// <summary>When it changed, Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>The device after the change.</summary>
    public required DeviceView View { get; init; }
}
