using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Simulator.Ledgers;

namespace DeviceFleet.EndToEnd.Tests.Kills;

/// <summary>The test of the test: what is lost, doubled or out of turn is caught.</summary>
public sealed class ControlAuditTests
{
    private static readonly DeviceId Device = DeviceId.Parse("sim-0001");
    private static readonly AlarmRule Rule = new()
    {
        Id = "r",
        Version = 1,
        Severity = AlarmSeverity.Info,
        When = new RuleCondition { Kind = ConditionKind.Threshold, Metric = "x", Op = Comparison.Above, Value = 1 },
    };

    private readonly OperatorLedger _ledger = new(Device) { Writes = { 1, 3 }, Commands = { ["k"] = "c-1" }, Acknowledged = { "r-1" } };
    private readonly List<(string Type, JsonElement Data)> _events =
    [
        Desired(1, 1), Desired(2, 3), Desired(2, 3), Command("c-1", CommandState.Queued), Command("c-1", CommandState.Succeeded),
    ];

    private readonly List<(string Type, JsonElement Data)> _alarms =
    [
        Alarm(10, 1, AlarmState.Active), Alarm(11, 1, AlarmState.Acknowledged), Alarm(11, 1, AlarmState.Acknowledged), Alarm(12, 1, AlarmState.Cleared), Alarm(12, 2, AlarmState.Active),
    ];

    private readonly List<ExecutedCommand> _executed = [new(Device, 5, "c-1")];
    private int _version = 2;

    [Fact]
    public void What_fits_has_no_fault() => Assert.Empty(Faults());

    [Fact]
    public void A_write_that_was_accepted_and_is_not_there_is_caught()
    {
        _version = 1;

        Assert.Contains(Faults(), fault => fault.Contains("2 writes were accepted", StringComparison.Ordinal));
    }

    [Fact]
    public void A_version_that_the_topic_does_not_have_is_caught()
    {
        _events.RemoveAll(told => told.Type == EventTypes.TwinChanged && told.Data.GetProperty("version").GetInt64() == 1);

        Assert.Contains(Faults(), fault => fault.Contains("version 1 was write 1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_version_that_was_made_twice_is_caught()
    {
        _events.Add(Desired(2, 2));

        Assert.Contains(Faults(), fault => fault.Contains("version 2 was write 3", StringComparison.Ordinal));
    }

    [Fact]
    public void A_command_that_was_executed_twice_is_caught()
    {
        _executed.Add(new ExecutedCommand(Device, 6, "c-1"));

        Assert.Contains(Faults(), fault => fault.Contains("was executed 2 times", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_that_made_two_commands_is_caught()
    {
        _events.Add(Command("c-2", CommandState.Queued));

        Assert.Contains(Faults(), fault => fault.Contains("made commands c-1, c-2", StringComparison.Ordinal));
    }

    [Fact]
    public void A_command_that_was_accepted_and_never_executed_is_caught()
    {
        _executed.Clear();

        Assert.Contains(Faults(), fault => fault.Contains("never executed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_result_that_the_topic_does_not_have_is_caught()
    {
        _events.RemoveAt(_events.Count - 1);

        Assert.Contains(Faults(), fault => fault.Contains("is Queued by the topic", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void An_alarm_change_that_the_topic_does_not_have_is_caught(int missing)
    {
        _alarms.RemoveAt(missing);

        Assert.Contains(Faults(), fault => fault.Contains("is told as", StringComparison.Ordinal));
    }

    [Fact]
    public void An_acknowledgement_that_the_topic_does_not_have_is_caught()
    {
        _ledger.Acknowledged.Add("r-2");

        Assert.Contains(Faults(), fault => fault.Contains("acknowledgement of r-2", StringComparison.Ordinal));
    }

    private IReadOnlyList<string> Faults()
    {
        var document = new TwinDocument { Version = _version, Value = Json("{}"), Writers = new Dictionary<string, TwinWriter>() };
        var twin = new TwinView { DeviceId = Device, Revision = 1, Desired = document, Reported = document, Delta = Json("{}") };
        var audit = new ControlAudit(_events, _alarms, _executed);
        audit.Check(_ledger, twin, [], []);
        return audit.Faults;
    }

    private static (string, JsonElement) Desired(long version, int number) => (
        EventTypes.TwinChanged,
        JsonSerializer.SerializeToElement(
            new TwinEvent { DeviceId = Device, Part = "desired", Version = version, Patch = Json($$"""{"n":{{number}} }"""), By = "u", At = 1, View = View(version) },
            ContractsJson.Default.TwinEvent));

    private static (string, JsonElement) Command(string id, CommandState state)
    {
        var command = new DeviceCommand
        {
            DeviceId = Device, Id = id, Number = 1, Name = "identify", Key = "k", State = state, By = "u", CreatedAt = 1, ExpiresAt = 2, TimeoutMs = 3,
        };
        return (EventTypes.CommandChanged, JsonSerializer.SerializeToElement(new CommandEvent { Command = command, At = 1, View = View(1) }, ContractsJson.Default.CommandEvent));
    }

    private static (string, JsonElement) Alarm(long revision, long number, AlarmState state)
    {
        var alarm = new DeviceAlarm
        {
            DeviceId = Device,
            Id = $"r-{number}",
            Number = number,
            Rule = Rule,
            State = state,
            RaisedAt = 1,
            Evidence = new AlarmEvidence { At = 1, Samples = [] },
            AcknowledgedAt = state == AlarmState.Active ? null : 2,
        };
        return (EventTypes.AlarmChanged, JsonSerializer.SerializeToElement(new AlarmEvent { Alarm = alarm, At = 1, View = View(revision) }, ContractsJson.Default.AlarmEvent));
    }

    private static DeviceView View(long revision) => new()
    {
        DeviceId = Device, Revision = revision, Presence = Presence.Online, Connects = 1, Metrics = new Dictionary<string, double>(), Totals = DeviceTotals.Zero,
    };

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
