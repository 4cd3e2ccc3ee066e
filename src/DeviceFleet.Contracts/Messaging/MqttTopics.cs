using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Messaging;

/// <summary>What a device's topic is for.</summary>
public enum DeviceTopicKind
{
    /// <summary><c>fleet/{id}/telemetry</c>, up.</summary>
    Telemetry,

    /// <summary><c>fleet/{id}/status</c>, up, retained, also the last will.</summary>
    Status,

    /// <summary><c>fleet/{id}/reported</c>, up.</summary>
    Reported,

    /// <summary><c>fleet/{id}/twin/get</c>, up.</summary>
    TwinGet,

    /// <summary><c>fleet/{id}/commands/{commandId}/result</c>, up.</summary>
    CommandResult,

    /// <summary><c>fleet/{id}/desired</c>, down, retained.</summary>
    Desired,

    /// <summary><c>fleet/{id}/commands/{commandId}</c>, down.</summary>
    Command,

    /// <summary><c>fleet/{id}/credentials</c>, down.</summary>
    Credentials,

    /// <summary><c>provision/{claimId}/request</c>, up; the id is the claim's, in the alphabet of device ids.</summary>
    ProvisionRequest,

    /// <summary><c>provision/{claimId}/response</c>, down; the id is the claim's.</summary>
    ProvisionResponse,
}

/// <summary>MQTT user names and client ids that are no device's.</summary>
public static class MqttAccounts
{
    /// <summary>User of devices that have no identity yet; no password. They publish and subscribe only under their claim id. No device has this id.</summary>
    public const string Provision = "provision";

    /// <summary>Before the claim id in the client id of such a device. No device id holds a colon, so neither can take the other's session over.</summary>
    public const string ClaimClientPrefix = "claim:";
}

/// <summary>MQTT topics and limits (DESIGN section 4).</summary>
public static class MqttTopics
{
    /// <summary>Largest payload of a device's message, in bytes.</summary>
    public const int PayloadBytesMax = 64 * 1024;

    /// <summary>Most samples in one telemetry message.</summary>
    public const int SamplesPerMessageMax = 100;

    /// <summary>Filter of every device's telemetry.</summary>
    public const string TelemetryFilter = "fleet/+/telemetry";

    /// <summary>Filter of every device's status.</summary>
    public const string StatusFilter = "fleet/+/status";

    /// <summary>Filter of every device's reports of its twin.</summary>
    public const string ReportedFilter = "fleet/+/reported";

    /// <summary>Filter of every device's questions for its twin.</summary>
    public const string TwinGetFilter = "fleet/+/twin/get";

    /// <summary>Filter of every device's answers to commands.</summary>
    public const string CommandResultsFilter = "fleet/+/commands/+/result";

    /// <summary>Where the broker tells what it refused (<see cref="RejectedEvent"/> as JSON); no client may publish or subscribe there.</summary>
    public const string BrokerRejections = "broker/rejections";

    /// <summary>Filter of every claim.</summary>
    public const string ProvisionRequestFilter = "provision/+/request";

    private const string Root = "fleet/";
    private const string ProvisionRoot = "provision/";

    /// <summary>Topic for telemetry.</summary>
    public static string Telemetry(DeviceId id) => $"{Root}{id.Value}/telemetry";

    /// <summary>Topic for status.</summary>
    public static string Status(DeviceId id) => $"{Root}{id.Value}/status";

    /// <summary>Topic for the desired twin.</summary>
    public static string Desired(DeviceId id) => $"{Root}{id.Value}/desired";

    /// <summary>Topic for new credentials.</summary>
    public static string Credentials(DeviceId id) => $"{Root}{id.Value}/credentials";

    /// <summary>Topic for a claim.</summary>
    public static string ProvisionRequest(DeviceId claimId) => $"{ProvisionRoot}{claimId.Value}/request";

    /// <summary>Topic for the answer to a claim.</summary>
    public static string ProvisionResponse(DeviceId claimId) => $"{ProvisionRoot}{claimId.Value}/response";

    /// <summary>Topic for reports of the twin.</summary>
    public static string Reported(DeviceId id) => $"{Root}{id.Value}/reported";

    /// <summary>Topic for the question for the twin.</summary>
    public static string TwinGet(DeviceId id) => $"{Root}{id.Value}/twin/get";

    /// <summary>Topic for one command.</summary>
    public static string Command(DeviceId id, string commandId) => $"{Root}{id.Value}/commands/{commandId}";

    /// <summary>Topic for the answer to one command.</summary>
    public static string CommandResult(DeviceId id, string commandId) => $"{Root}{id.Value}/commands/{commandId}/result";

    /// <summary>The command's id in a concrete topic of kind <see cref="DeviceTopicKind.Command"/> or <see cref="DeviceTopicKind.CommandResult"/>.</summary>
    public static string CommandIdOf(string topic) => topic.Split('/')[3];

    /// <summary>Filter of all commands to a device.</summary>
    public static string Commands(DeviceId id) => $"{Root}{id.Value}/commands/+";

    /// <summary>Whether devices publish on topics of this kind; otherwise they subscribe to them.</summary>
    public static bool IsUpward(DeviceTopicKind kind) => kind switch
    {
        DeviceTopicKind.Telemetry or DeviceTopicKind.Status or DeviceTopicKind.Reported or DeviceTopicKind.TwinGet or DeviceTopicKind.CommandResult
            or DeviceTopicKind.ProvisionRequest => true,
        DeviceTopicKind.Desired or DeviceTopicKind.Command or DeviceTopicKind.Credentials or DeviceTopicKind.ProvisionResponse => false,
    };

    /// <summary>Reads a concrete topic; false when it is none of a device's or a claim's topics. Allocates only the id.</summary>
    public static bool TryParse(ReadOnlySpan<char> topic, out DeviceId id, out DeviceTopicKind kind)
    {
        id = default;
        kind = default;
        if (topic.StartsWith(ProvisionRoot, StringComparison.Ordinal))
        {
            return TryParseProvision(topic[ProvisionRoot.Length..], out id, out kind);
        }

        if (!topic.StartsWith(Root, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = topic[Root.Length..];
        var slash = rest.IndexOf('/');
        if (slash <= 0 || !DeviceId.TryParse(rest[..slash].ToString(), out id))
        {
            return false;
        }

        return TryParseKind(rest[(slash + 1)..], out kind);
    }

    private static bool TryParseProvision(ReadOnlySpan<char> rest, out DeviceId id, out DeviceTopicKind kind)
    {
        id = default;
        kind = default;
        var slash = rest.IndexOf('/');
        if (slash <= 0 || !DeviceId.TryParse(rest[..slash].ToString(), out id))
        {
            return false;
        }

        switch (rest[(slash + 1)..])
        {
            case "request": kind = DeviceTopicKind.ProvisionRequest; return true;
            case "response": kind = DeviceTopicKind.ProvisionResponse; return true;
            default: return false;
        }
    }

    private static bool TryParseKind(ReadOnlySpan<char> tail, out DeviceTopicKind kind)
    {
        const string commands = "commands/";
        const string result = "/result";
        switch (tail)
        {
            case "telemetry": kind = DeviceTopicKind.Telemetry; return true;
            case "status": kind = DeviceTopicKind.Status; return true;
            case "reported": kind = DeviceTopicKind.Reported; return true;
            case "desired": kind = DeviceTopicKind.Desired; return true;
            case "credentials": kind = DeviceTopicKind.Credentials; return true;
            case "twin/get": kind = DeviceTopicKind.TwinGet; return true;
        }

        kind = default;
        if (!tail.StartsWith(commands, StringComparison.Ordinal))
        {
            return false;
        }

        var command = tail[commands.Length..];
        kind = DeviceTopicKind.Command;
        if (command.EndsWith(result, StringComparison.Ordinal))
        {
            command = command[..^result.Length];
            kind = DeviceTopicKind.CommandResult;
        }

        return DeviceId.TryParse(command.ToString(), out _); // command ids have the alphabet of device ids
    }
}
