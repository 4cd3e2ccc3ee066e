namespace DeviceFleet.Contracts.Devices;

/// <summary>Why a message or sample was refused. A closed set: metrics are tagged with it.</summary>
public static class RejectionReasons
{
    /// <summary>Not JSON, or not of the shape that the topic asks for.</summary>
    public const string Malformed = "malformed";

    /// <summary>Larger than <see cref="Messaging.MqttTopics.PayloadBytesMax"/>, or more than 100 samples.</summary>
    public const string TooLarge = "too-large";

    /// <summary>A metric name or value out of bounds, a negative boot or seq, a time too far off.</summary>
    public const string OutOfBounds = "out-of-bounds";

    /// <summary>Older than the dedupe window.</summary>
    public const string TooLate = "too-late";

    /// <summary>Of a boot before the one known.</summary>
    public const string OldBoot = "old-boot";

    /// <summary>A metric outside the range, or not among the metrics, of the device's type.</summary>
    public const string OutOfType = "out-of-type";

    /// <summary>A patch of reported that was made from another version than the current.</summary>
    public const string StaleVersion = "stale-version";

    /// <summary>An answer to a command that is not known, or has ended.</summary>
    public const string NoSuchCommand = "no-such-command";

    /// <summary>A topic that devices may not publish on.</summary>
    public const string WrongTopic = "wrong-topic";

    /// <summary>A topic of another device.</summary>
    public const string WrongDevice = "wrong-device";

    /// <summary>A subscription outside the device's own topics.</summary>
    public const string WrongSubscription = "wrong-subscription";

    /// <summary>Unknown user or wrong password.</summary>
    public const string BadCredentials = "bad-credentials";

    /// <summary>Client id that is not the device's own.</summary>
    public const string WrongClientId = "wrong-client-id";

    /// <summary>A second connection took the session over; the first was cut.</summary>
    public const string SessionTakenOver = "session-taken-over";

    /// <summary>The broker had as many connections as it may have.</summary>
    public const string TooManyConnections = "too-many-connections";

    /// <summary>A claim whose proof is wrong or missing.</summary>
    public const string BadProof = "bad-proof";

    /// <summary>A claim under an enrolment that does not exist, is disabled or has ended.</summary>
    public const string UnknownEnrolment = "unknown-enrolment";

    /// <summary>A claim past its expiry, or with one too far ahead.</summary>
    public const string ClaimExpired = "claim-expired";

    /// <summary>A claim with a nonce that was used before, or a code that another device redeemed.</summary>
    public const string ClaimReplayed = "claim-replayed";

    /// <summary>A device that the enrolment's lists keep out.</summary>
    public const string Denied = "denied";

    /// <summary>A claim for an id that belongs to other hardware.</summary>
    public const string IdentityTaken = "identity-taken";

    /// <summary>A device whose identity is suspended or retired.</summary>
    public const string NotActive = "not-active";

    /// <summary>More claims than one hardware may make.</summary>
    public const string TooManyClaims = "too-many-claims";

    /// <summary>A second connection with a claim id that is connected.</summary>
    public const string ClaimInUse = "claim-in-use";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Malformed, TooLarge, OutOfBounds, TooLate, OldBoot, OutOfType, StaleVersion, NoSuchCommand, WrongTopic, WrongDevice, WrongSubscription, BadCredentials,
        WrongClientId, SessionTakenOver, TooManyConnections, BadProof, UnknownEnrolment, ClaimExpired, ClaimReplayed, Denied, IdentityTaken, NotActive, TooManyClaims,
        ClaimInUse,
    ];
}

/// <summary>Tells an actor that a message of its device was refused before it could be read.</summary>
/// <param name="Reason">One of <see cref="RejectionReasons"/>.</param>
/// <param name="ReceivedAt">Unix milliseconds UTC.</param>
public sealed record RejectionNote(string Reason, long ReceivedAt);

/// <summary>Event on topic <c>rejected</c>, type <see cref="Messaging.EventTypes.MessageRejected"/>: something refused, and why.</summary>
public sealed record RejectedEvent
{
    /// <summary>One of <see cref="RejectionReasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>What was wrong, for a person; at most 500 characters, never a secret.</summary>
    public required string Detail { get; init; }

    /// <summary>Whose it was or claimed to be; null when not even that is known.</summary>
    public DeviceId? DeviceId { get; init; }

    /// <summary>The MQTT topic, cut at 256 characters; null for refusals without one.</summary>
    public string? Topic { get; init; }

    /// <summary>Size of the payload in bytes.</summary>
    public int PayloadBytes { get; init; }

    /// <summary>The first 256 bytes of the payload, base64; null when there is none.</summary>
    public string? PayloadHead { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>Who refused: <c>broker</c>, <c>devices</c>, <c>provisioning</c>.</summary>
    public required string By { get; init; }

    /// <summary>The device after its refusal was counted; null when no actor was asked.</summary>
    public DeviceView? View { get; init; }
}
