using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Gateway.Tests.Fakes;

/// <summary>Events and views with what a test does not care about filled in.</summary>
internal static class Samples
{
    public static DeviceTotals Totals(long applied, long duplicates = 0, long tooLate = 0, long invalid = 0) =>
        new(applied + duplicates + tooLate + invalid, applied, duplicates, tooLate, invalid, 0);

    public static TelemetryEvent Telemetry(
        string id, long revision, long receivedAt, long seq = 0, double value = 1, DeviceTotals? totals = null, bool duplicate = false, long boot = 1) => new()
        {
            DeviceId = DeviceId.Parse(id),
            Boot = boot,
            Seq = seq,
            Ts = receivedAt,
            ReceivedAt = receivedAt,
            Metrics = new Dictionary<string, double> { ["t"] = value },
            Duplicate = duplicate,
            Totals = totals ?? Totals(revision),
            Revision = revision,
        };

    public static DeviceView View(string id, long revision, Presence presence, long? lastSeen, DeviceTotals? totals = null, double? value = null) => new()
    {
        DeviceId = DeviceId.Parse(id),
        Revision = revision,
        Presence = presence,
        LastSeen = lastSeen,
        Connects = 1,
        Metrics = value is { } number ? new Dictionary<string, double> { ["t"] = number } : new Dictionary<string, double>(),
        MetricsAt = lastSeen,
        Totals = totals ?? Totals(revision),
    };

    public static PresenceEvent PresenceChange(string id, long revision, Presence presence, long at) =>
        new() { DeviceId = DeviceId.Parse(id), Presence = presence, At = at, View = View(id, revision, presence, at) };

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public static ChangeReply<T> Reply<T>(ChangeOutcome outcome, T? value, string? detail = null)
        where T : class => new() { Outcome = outcome, Value = value, Detail = detail };

    public static TwinView TwinOf(string id, long desiredVersion, string desired = "{}") => new()
    {
        DeviceId = DeviceId.Parse(id),
        Revision = 1,
        Desired = new TwinDocument { Version = desiredVersion, Value = Json(desired), Writers = new Dictionary<string, TwinWriter>() },
        Reported = new TwinDocument { Version = 0, Value = Json("{}"), Writers = new Dictionary<string, TwinWriter>() },
        Delta = Json(desired),
    };

    public static DeviceCommand Command(string device, string id, CommandState state, string name = "reboot", long number = 1, string? key = null) => new()
    {
        DeviceId = DeviceId.Parse(device),
        Id = id,
        Number = number,
        Name = name,
        Key = key,
        State = state,
        By = "tester",
        CreatedAt = 1,
        ExpiresAt = 2,
        TimeoutMs = 3,
    };

    public static CommandEvent CommandChange(DeviceCommand command, long revision = 2) =>
        new() { Command = command, At = 5, View = View(command.DeviceId.Value, revision, Presence.Online, 5) };

    public static DeviceAlarm Alarm(string device, string rule, long number = 1, AlarmState state = AlarmState.Active, AlarmSeverity severity = AlarmSeverity.Warning, long raisedAt = 5) => new()
    {
        DeviceId = DeviceId.Parse(device),
        Id = $"{rule}-{number}",
        Number = number,
        Rule = new AlarmRule { Id = rule, Version = 1, Severity = severity, When = new RuleCondition { Kind = ConditionKind.Threshold, Metric = "t", Op = Comparison.Above, Value = 1 } },
        State = state,
        RaisedAt = raisedAt,
        Evidence = new AlarmEvidence { At = raisedAt, Samples = [] },
    };

    public static AlarmEvent AlarmChange(DeviceAlarm alarm, long revision) => new()
    {
        Alarm = alarm,
        At = 5,
        View = View(alarm.DeviceId.Value, revision, Presence.Online, 5) with
        {
            Alarms = alarm.State == AlarmState.Cleared ? AlarmSummary.None : new AlarmSummary(1, 1, alarm.Rule.Severity),
        },
    };

    public static GroupView Group(string path, long revision, long devices = 1) => new()
    {
        Path = GroupPath.Parse(path),
        Revision = revision,
        Members = devices,
        Children = [],
        Rollup = GroupRollup.Empty with { Devices = devices, Online = devices },
    };

    public static DeviceIdentity Identity(
        string id, long revision, SagaState? saga = null, LifecycleState state = LifecycleState.Provisioning, long since = 5, long? endedAt = null) => new()
        {
            DeviceId = DeviceId.Parse(id),
            Revision = revision,
            State = state,
            Since = since,
            HardwareId = "HW-" + id,
            EnrolmentId = "oslo",
            Saga = saga is not { } how ? null : new SagaProgress
            {
                Instance = $"provision-{id}-1",
                Kind = SagaKind.Provision,
                State = how,
                Step = SagaSteps.Allow,
                StepSince = since,
                StartedAt = 1,
                EndedAt = endedAt ?? (how is SagaState.Done or SagaState.Compensated ? since : null),
            },
        };
}
