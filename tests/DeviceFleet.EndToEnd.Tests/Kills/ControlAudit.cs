using System.Globalization;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Simulator.Ledgers;

namespace DeviceFleet.EndToEnd.Tests.Kills;

/// <summary>
/// Holds what operators were told, what devices executed, what topics say and what actors know against each other. Answers everything that does not fit.
/// </summary>
internal sealed class ControlAudit
{
    private readonly ILookup<DeviceId, TwinEvent> _twins;
    private readonly ILookup<DeviceId, DeviceCommand> _commands;
    private readonly ILookup<DeviceId, AlarmEvent> _alarms;
    private readonly ILookup<DeviceId, ExecutedCommand> _executed;
    private readonly List<string> _faults = [];

    /// <param name="deviceEvents">Topic <c>device-events</c>, whole.</param>
    /// <param name="alarms">Topic <c>alarms</c>, whole.</param>
    /// <param name="executed">What the devices executed.</param>
    public ControlAudit(IReadOnlyList<(string Type, JsonElement Data)> deviceEvents, IReadOnlyList<(string Type, JsonElement Data)> alarms, IReadOnlyList<ExecutedCommand> executed)
    {
        _twins = deviceEvents.Where(told => told.Type == EventTypes.TwinChanged)
            .Select(told => told.Data.Deserialize(ContractsJson.Default.TwinEvent)!).Where(told => told.Part == "desired").ToLookup(told => told.DeviceId);
        _commands = deviceEvents.Where(told => told.Type == EventTypes.CommandChanged)
            .Select(told => told.Data.Deserialize(ContractsJson.Default.CommandEvent)!.Command).ToLookup(told => told.DeviceId);
        _alarms = alarms.Select(told => told.Data.Deserialize(ContractsJson.Default.AlarmEvent)!).ToLookup(told => told.Alarm.DeviceId);
        _executed = executed.ToLookup(command => command.Device);
    }

    /// <summary>How many alarms were raised.</summary>
    public int AlarmsRaised => _alarms.Sum(device => device.Select(told => told.Alarm.Id).Distinct().Count());

    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Audits one device.</summary>
    public void Check(OperatorLedger told, TwinView twin, IReadOnlyList<DeviceCommand> commands, IReadOnlyList<DeviceAlarm> alarms)
    {
        _faults.AddRange(told.Faults);
        CheckTwin(told, twin);
        CheckCommands(told, commands);
        CheckAlarms(told, alarms);
    }

    private void CheckTwin(OperatorLedger told, TwinView twin)
    {
        var device = told.Device;
        Require(twin.Desired.Version == told.Writes.Count, $"{device}: {told.Writes.Count} writes were accepted, desired has version {twin.Desired.Version}");
        var byVersion = _twins[device].ToLookup(change => change.Version, change => change.Patch?.GetProperty("n").GetInt32());
        for (var version = 1; version <= told.Writes.Count; version++)
        {
            var numbers = byVersion[version].Distinct().ToList();
            Require(
                numbers.Count == 1 && numbers[0] == told.Writes[version - 1],
                string.Create(CultureInfo.InvariantCulture, $"{device}: version {version} was write {told.Writes[version - 1]}, the topic says {string.Join(", ", numbers)}"));
        }

        Require(byVersion.All(change => change.Key <= told.Writes.Count), $"{device}: the topic has versions above {told.Writes.Count}");
    }

    private void CheckCommands(OperatorLedger told, IReadOnlyList<DeviceCommand> commands)
    {
        var device = told.Device;
        foreach (var twice in _executed[device].GroupBy(command => command.CommandId).Where(command => command.Count() > 1))
        {
            _faults.Add($"{device}: command {twice.Key} was executed {twice.Count()} times");
        }

        foreach (var doubled in _commands[device].GroupBy(command => command.Key).Where(command => command.Select(one => one.Id).Distinct().Count() > 1))
        {
            _faults.Add($"{device}: key {doubled.Key} made commands {string.Join(", ", doubled.Select(one => one.Id).Distinct())}");
        }

        var executed = _executed[device].Select(command => command.CommandId).ToHashSet();
        var byId = _commands[device].ToLookup(command => command.Id);
        foreach (var (key, id) in told.Commands)
        {
            Require(executed.Contains(id), $"{device}: command {id} ({key}) was accepted and never executed");
            var last = byId[id].Select(command => command.State).DefaultIfEmpty(CommandState.Queued).Max();
            Require(last is CommandState.Succeeded or CommandState.Failed, $"{device}: command {id} ({key}) is {last} by the topic, which has {byId[id].Count()} events of it");
        }

        Require(executed.All(id => byId[id].Any()), $"{device}: executed a command that the topic does not know");
        Require(commands.All(command => command.State is CommandState.Succeeded or CommandState.Failed), $"{device}: not all commands have ended");
    }

    private void CheckAlarms(OperatorLedger told, IReadOnlyList<DeviceAlarm> alarms)
    {
        var device = told.Device;
        Require(alarms.Count(alarm => alarm.State != AlarmState.Cleared) <= 1, $"{device}: more than one alarm of the rule is not cleared");
        foreach (var rule in _alarms[device].GroupBy(change => change.Alarm.Rule.Id))
        {
            CheckAlternation(device, rule);
        }

        foreach (var id in told.Acknowledged)
        {
            Require(_alarms[device].Any(change => change.Alarm.Id == id && change.Alarm.AcknowledgedAt is not null), $"{device}: the acknowledgement of {id} is not in the topic");
        }

        foreach (var alarm in alarms)
        {
            var last = _alarms[device].Where(change => change.Alarm.Id == alarm.Id).Select(change => (AlarmState?)change.Alarm.State).Max();
            Require(last == alarm.State, $"{device}: {alarm.Id} is {alarm.State} by its actor, {last} by the topic");
        }
    }

    /// <summary>Raise and clear take turns: number 1 rises and goes, then 2, and so on. At least once means that one may be told again.</summary>
    private void CheckAlternation(DeviceId device, IGrouping<string, AlarmEvent> rule)
    {
        var (number, open) = (0L, false);
        var changes = rule.DistinctBy(change => (change.View.Revision, change.Alarm.Number, change.Alarm.State, change.Alarm.AcknowledgedAt))
            .OrderBy(change => change.View.Revision).ThenBy(change => change.Alarm.Number).ThenBy(change => change.Alarm.State);
        foreach (var change in changes)
        {
            var alarm = change.Alarm;
            if (alarm.Number == number + 1 && !open && alarm.State == AlarmState.Active)
            {
                (number, open) = (alarm.Number, true);
            }
            else if (alarm.Number == number && open)
            {
                open = alarm.State != AlarmState.Cleared;
            }
            else
            {
                _faults.Add($"{device}: alarm {alarm.Id} is told as {alarm.State} (revision {change.View.Revision}) when number {number} was {(open ? "open" : "over")}");
                return;
            }
        }
    }

    private void Require(bool holds, string what)
    {
        if (!holds)
        {
            _faults.Add(what);
        }
    }
}
