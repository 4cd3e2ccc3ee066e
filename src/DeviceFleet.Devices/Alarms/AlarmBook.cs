using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Alarms;

/// <summary>
/// The alarms of one device: those that are not cleared, at most one for each rule, and the last that were. Stored under a key of its own, as most samples neither raise nor clear.
/// Immutable and pure.
/// </summary>
internal sealed record AlarmBook
{
    /// <summary>Rules whose alarms are numbered; beyond it those without any alarm here begin at 1 again.</summary>
    public const int NumberedMax = 1_000;

    private const string ByRule = "rule";
    private const string ByRuleGone = "rule-gone";

    public static AlarmBook Empty { get; } = new();

    /// <summary>Not cleared, oldest first.</summary>
    public IReadOnlyList<DeviceAlarm> Open { get; init => field = value ?? []; } = [];

    /// <summary>Cleared, oldest first, at most <see cref="AlarmLimits.ClearedKeptMax"/>.</summary>
    public IReadOnlyList<DeviceAlarm> Cleared { get; init => field = value ?? []; } = [];

    /// <summary>How many alarms each rule raised.</summary>
    public IReadOnlyDictionary<string, long> Numbers { get; init => field = value ?? new Dictionary<string, long>(); } = new Dictionary<string, long>();

    public AlarmSummary Summarize() => Open.Count == 0
        ? AlarmSummary.None
        : new AlarmSummary(Open.Count, Open.Count(alarm => alarm.State == AlarmState.Active), Open.Max(alarm => alarm.Rule.Severity));

    public AlarmList ToList() => new([.. Open.Concat(Cleared).OrderByDescending(alarm => alarm.RaisedAt).ThenByDescending(alarm => alarm.Number)]);

    /// <summary>What a rule decided. Null: nothing is there to clear.</summary>
    public (AlarmBook Next, DeviceAlarm? Alarm) Apply(DeviceId device, RuleDecision decision, long now)
    {
        if (decision is { IsRaise: true, Rule: { } rule, Evidence: { } evidence })
        {
            return Raise(device, rule.Rule, evidence, now);
        }

        if (Open.FirstOrDefault(alarm => alarm.Rule.Id == decision.RuleId) is not { } raised)
        {
            return (this, null);
        }

        var cleared = raised with
        {
            State = AlarmState.Cleared,
            ClearedAt = now,
            ClearEvidence = decision.Evidence,
            ClearedBy = decision.Rule is null ? ByRuleGone : ByRule,
        };
        return (Close(cleared), cleared);
    }

    /// <summary>What a person does. Only what was applied gives another book.</summary>
    public (AlarmBook Next, ChangeReply<DeviceAlarm> Reply) Change(AlarmChange change)
    {
        var alarm = Open.Concat(Cleared).FirstOrDefault(candidate => candidate.Id == change.AlarmId);
        if (alarm is null)
        {
            return (this, new ChangeReply<DeviceAlarm> { Outcome = ChangeOutcome.NotFound, Detail = "The device has no such alarm, or forgot it." });
        }

        var (outcome, next, detail) = AlarmChanges.Apply(alarm, change);
        if (outcome != ChangeOutcome.Applied)
        {
            return (this, new ChangeReply<DeviceAlarm> { Outcome = outcome, Value = alarm, Detail = detail });
        }

        var book = (alarm.State, next.State) switch
        {
            (AlarmState.Cleared, _) => this with { Cleared = Replace(Cleared, next) },
            (_, AlarmState.Cleared) => Close(next),
            _ => this with { Open = Replace(Open, next) },
        };
        return (book, new ChangeReply<DeviceAlarm> { Outcome = outcome, Value = next });
    }

    private (AlarmBook Next, DeviceAlarm Alarm) Raise(DeviceId device, AlarmRule rule, AlarmEvidence evidence, long now)
    {
        var number = Numbers.GetValueOrDefault(rule.Id) + 1;
        var alarm = new DeviceAlarm
        {
            DeviceId = device,
            Id = $"{rule.Id}-{number}",
            Number = number,
            Rule = rule,
            State = AlarmState.Active,
            RaisedAt = now,
            Evidence = evidence,
        };
        return (this with { Open = [.. Open, alarm], Numbers = Counted(rule.Id, number) }, alarm);
    }

    private AlarmBook Close(DeviceAlarm cleared) => this with
    {
        Open = [.. Open.Where(alarm => alarm.Id != cleared.Id)],
        Cleared = [.. Cleared.Skip(Math.Max(0, Cleared.Count + 1 - AlarmLimits.ClearedKeptMax)), cleared],
    };

    private Dictionary<string, long> Counted(string rule, long number)
    {
        var numbers = new Dictionary<string, long>(Numbers) { [rule] = number };
        if (numbers.Count > NumberedMax)
        {
            var known = Open.Concat(Cleared).Select(alarm => alarm.Rule.Id).Append(rule).ToHashSet();
            numbers.Remove(numbers.Keys.First(candidate => !known.Contains(candidate)));
        }

        return numbers;
    }

    private static IReadOnlyList<DeviceAlarm> Replace(IReadOnlyList<DeviceAlarm> alarms, DeviceAlarm next) =>
        [.. alarms.Select(alarm => alarm.Id == next.Id ? next : alarm)];
}
