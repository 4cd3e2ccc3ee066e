using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Provisioning;

/// <summary>What a saga is for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SagaKind>))]
public enum SagaKind
{
    /// <summary>From a claim to a trusted device.</summary>
    [JsonStringEnumMemberName("provision")]
    Provision,

    /// <summary>New credentials, with overlap.</summary>
    [JsonStringEnumMemberName("rotate")]
    Rotate,

    /// <summary>From a device to nothing but its archive.</summary>
    [JsonStringEnumMemberName("decommission")]
    Decommission,
}

/// <summary>How a saga stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SagaState>))]
public enum SagaState
{
    /// <summary>A step is under way.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Waits for the device, within a deadline.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>Waits for a person's approval.</summary>
    [JsonStringEnumMemberName("approval")]
    Approval,

    /// <summary>A step failed or hung for too long; waits for a person's choice.</summary>
    [JsonStringEnumMemberName("stuck")]
    Stuck,

    /// <summary>Takes back what it did.</summary>
    [JsonStringEnumMemberName("compensating")]
    Compensating,

    /// <summary>Ended well.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>Ended; nothing of what it did is left.</summary>
    [JsonStringEnumMemberName("compensated")]
    Compensated,
}

/// <summary>Names of steps, in the order in which sagas take them.</summary>
public static class SagaSteps
{
    /// <summary>Provision: the enrolment still lets the device in.</summary>
    public const string Verify = "verify";

    /// <summary>Provision: the identity is reserved for this saga.</summary>
    public const string Reserve = "reserve";

    /// <summary>Provision, rotate: a credential is made.</summary>
    public const string Issue = "issue";

    /// <summary>Provision, rotate: the broker takes it.</summary>
    public const string Allow = "allow";

    /// <summary>Provision: twin and registration.</summary>
    public const string Twin = "twin";

    /// <summary>Provision: the group.</summary>
    public const string Group = "group";

    /// <summary>Provision: identity and secret go to the device. Rotate: the new secret does.</summary>
    public const string Answer = "answer";

    /// <summary>Provision, rotate: the device connects with the new credential.</summary>
    public const string Connect = "connect";

    /// <summary>Provision, where the enrolment asks for it: a person approves.</summary>
    public const string Approve = "approve";

    /// <summary>Provision: the device is trusted; a credential of an earlier time ends.</summary>
    public const string Activate = "activate";

    /// <summary>Rotate: the old credentials are revoked. Decommission: all are, and the session is cut.</summary>
    public const string Revoke = "revoke";

    /// <summary>Decommission: open commands are taken back, alarms cleared.</summary>
    public const string Drain = "drain";

    /// <summary>Decommission: the last state is put into the archive.</summary>
    public const string Archive = "archive";

    /// <summary>Decommission: twin, group and rows go.</summary>
    public const string Delete = "delete";

    /// <summary>Decommission: the identity is retired.</summary>
    public const string Retire = "retire";

    /// <summary>The steps of each kind, in order.</summary>
    public static IReadOnlyList<string> Of(SagaKind kind) => kind switch
    {
        SagaKind.Provision => [Verify, Reserve, Issue, Allow, Twin, Group, Answer, Connect, Approve, Activate],
        SagaKind.Rotate => [Issue, Allow, Answer, Connect, Revoke],
        SagaKind.Decommission => [Revoke, Drain, Archive, Delete, Retire],
    };
}

/// <summary>How far a saga is. Also the workflow's custom status.</summary>
public sealed record SagaProgress
{
    /// <summary>The workflow instance.</summary>
    public required string Instance { get; init; }

    /// <summary>What for.</summary>
    public required SagaKind Kind { get; init; }

    /// <summary>How it stands.</summary>
    public required SagaState State { get; init; }

    /// <summary>The step that it is at, or that it takes back; when it ended, the last one.</summary>
    public required string Step { get; init; }

    /// <summary>Since when it is at this step, Unix milliseconds UTC.</summary>
    public required long StepSince { get; init; }

    /// <summary>Failed attempts at this step so far.</summary>
    public int Attempts { get; init; }

    /// <summary>The step's last error, or why the saga was compensated; null: none.</summary>
    public string? Error { get; init; }

    /// <summary>When somebody has to have done something, Unix milliseconds UTC; null: no matter.</summary>
    public long? Deadline { get; init; }

    /// <summary>Steps that a person skipped.</summary>
    public IReadOnlyList<string> Skipped { get; init => field = value ?? []; } = [];

    /// <summary>Unix milliseconds UTC.</summary>
    public required long StartedAt { get; init; }

    /// <summary>Unix milliseconds UTC; null: under way.</summary>
    public long? EndedAt { get; init; }

    /// <summary>Who or what began it.</summary>
    public string By { get; init => field = value ?? ""; } = "";
}

/// <summary>One saga on the board.</summary>
public sealed record SagaView
{
    /// <summary>Whose.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Of the identity; the newer one wins.</summary>
    public required long Revision { get; init; }

    /// <summary>State of the identity.</summary>
    public required LifecycleState Lifecycle { get; init; }

    /// <summary>Hardware id, if any.</summary>
    public string? HardwareId { get; init; }

    /// <summary>Enrolment, if any.</summary>
    public string? EnrolmentId { get; init; }

    /// <summary>How far it is.</summary>
    public required SagaProgress Progress { get; init; }
}

/// <summary>Sagas: all that have not ended, and of those that ended the newest.</summary>
/// <param name="Sagas">Those that wait for a person first, then by age.</param>
public sealed record SagaList(IReadOnlyList<SagaView> Sagas);

/// <summary>What a person decides about a saga that waits for it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SagaChoice>))]
public enum SagaChoice
{
    /// <summary>Stuck: try the step again.</summary>
    [JsonStringEnumMemberName("retry")]
    Retry,

    /// <summary>Stuck: go on without the step. Refused for steps without which the device would be half there: reserve, issue, allow, answer, activate, revoke, retire.</summary>
    [JsonStringEnumMemberName("skip")]
    Skip,

    /// <summary>At any step: take everything back.</summary>
    [JsonStringEnumMemberName("compensate")]
    Compensate,

    /// <summary>Approval: let the device in.</summary>
    [JsonStringEnumMemberName("approve")]
    Approve,
}

/// <summary>Input of every saga. It holds no secret: workflow histories are kept.</summary>
public sealed record SagaOrder
{
    /// <summary>The workflow instance: <c>{kind}-{deviceId}-{number}</c>, and so the same for the same order.</summary>
    public required string Instance { get; init; }

    /// <summary>What for.</summary>
    public required SagaKind Kind { get; init; }

    /// <summary>For whom.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Who or what began it.</summary>
    public required string By { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>Provision: the hardware.</summary>
    public string? HardwareId { get; init; }

    /// <summary>Provision: the enrolment.</summary>
    public string? EnrolmentId { get; init; }

    /// <summary>Provision: where the answer goes over MQTT; null: the device asked over REST, and asks again for its answer.</summary>
    public string? ClaimId { get; init; }

    /// <summary>Provision: the code that was redeemed, by its id; null: none.</summary>
    public string? CodeId { get; init; }

    /// <summary>Provision: what the device gets.</summary>
    public Allocation? Allocation { get; init; }

    /// <summary>Provision: a person has to approve.</summary>
    public bool NeedsApproval { get; init; }

    /// <summary>Provision, rotate: how long the device may take to connect with the new credential, milliseconds.</summary>
    public long ConnectWithinMs { get; init; }

    /// <summary>Decommission: why.</summary>
    public string? Reason { get; init; }
}

/// <summary>What a device that an enrolment lets in gets.</summary>
public sealed record Allocation
{
    /// <summary>The device id, with <c>{hardwareId}</c> in the place of the hardware id (colons become dashes). Default: the hardware id itself.</summary>
    public string DeviceId { get; init => field = value ?? "{hardwareId}"; } = "{hardwareId}";

    /// <summary>Group; null: none.</summary>
    public GroupPath? Group { get; init; }

    /// <summary>Id of its type; null: none.</summary>
    public string? Type { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>First desired configuration, a JSON object; null: none.</summary>
    public JsonElement? Desired { get; init; }
}
