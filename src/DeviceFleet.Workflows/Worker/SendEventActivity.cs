using System.Text.Json;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Worker;

/// <summary>
/// The hidden activity that raises a workflow's events at other instances: daprd has no way to do it from within a turn, and the instance that asked would hang.
/// </summary>
internal static class SendEventActivity
{
    public const string Name = "wf.send-event";

    /// <summary>The activity's input: who, what, and the payload as it is.</summary>
    public static string Write(string instanceId, string eventName, string data) => JsonSerializer.Serialize<string[]>([instanceId, eventName, data]);

    public static RaiseEventRequest Read(string? input)
    {
        var parts = JsonSerializer.Deserialize<string[]>(input ?? string.Empty) ?? [];
        return parts.Length == 3
            ? new RaiseEventRequest { InstanceId = parts[0], Name = parts[1], Input = parts[2] }
            : throw new JsonException($"{Name} takes an instance, a name and a payload.");
    }
}
