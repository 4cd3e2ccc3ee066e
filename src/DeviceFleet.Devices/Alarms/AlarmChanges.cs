using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Alarms;

/// <summary>What a person does with one alarm. Pure.</summary>
internal static class AlarmChanges
{
    private const int NameLengthMax = 128;

    public static (ChangeOutcome Outcome, DeviceAlarm Next, string? Detail) Apply(DeviceAlarm alarm, AlarmChange change) =>
        change.By.Length is 0 or > NameLengthMax ? (ChangeOutcome.Invalid, alarm, $"by: 1 to {NameLengthMax} characters.") : Do(alarm, change);

    private static (ChangeOutcome Outcome, DeviceAlarm Next, string? Detail) Do(DeviceAlarm alarm, AlarmChange change) => change.Action switch
    {
        AlarmAction.Acknowledge => Acknowledge(alarm, change),
        AlarmAction.Assign => Assign(alarm, change),
        AlarmAction.Comment => Comment(alarm, change),
        AlarmAction.Clear => Clear(alarm, change),
    };

    private static (ChangeOutcome Outcome, DeviceAlarm Next, string? Detail) Acknowledge(DeviceAlarm alarm, AlarmChange change) => alarm.State switch
    {
        AlarmState.Active => Applied(alarm with { State = AlarmState.Acknowledged, AcknowledgedBy = change.By, AcknowledgedAt = change.At }),
        AlarmState.Acknowledged => Unchanged(alarm),
        AlarmState.Cleared => Over(alarm),
    };

    private static (ChangeOutcome Outcome, DeviceAlarm Next, string? Detail) Assign(DeviceAlarm alarm, AlarmChange change) => change.Text switch
    {
        { Length: 0 or > NameLengthMax } => (ChangeOutcome.Invalid, alarm, $"An assignee has 1 to {NameLengthMax} characters."),
        _ when alarm.State == AlarmState.Cleared => Over(alarm),
        var assignee when assignee == alarm.Assignee => Unchanged(alarm),
        var assignee => Applied(alarm with { Assignee = assignee }),
    };

    /// <summary>Also to an alarm that is over: what was found out is often written down then.</summary>
    private static (ChangeOutcome Outcome, DeviceAlarm Next, string? Detail) Comment(DeviceAlarm alarm, AlarmChange change)
    {
        if (change.Text is not { Length: > 0 and <= AlarmLimits.CommentLengthMax } text)
        {
            return (ChangeOutcome.Invalid, alarm, $"A comment has 1 to {AlarmLimits.CommentLengthMax} characters.");
        }

        return alarm.Comments.Count >= AlarmLimits.CommentsMax
            ? (ChangeOutcome.Full, alarm, $"It has {AlarmLimits.CommentsMax} comments already.")
            : Applied(alarm with { Comments = [.. alarm.Comments, new AlarmComment(change.At, change.By, text)] });
    }

    private static (ChangeOutcome Outcome, DeviceAlarm Next, string? Detail) Clear(DeviceAlarm alarm, AlarmChange change) => alarm.State == AlarmState.Cleared
        ? Unchanged(alarm)
        : Applied(alarm with { State = AlarmState.Cleared, ClearedAt = change.At, ClearedBy = change.By });

    private static (ChangeOutcome Outcome, DeviceAlarm Next, string? Detail) Applied(DeviceAlarm next) => (ChangeOutcome.Applied, next, null);

    private static (ChangeOutcome Outcome, DeviceAlarm Next, string? Detail) Unchanged(DeviceAlarm alarm) => (ChangeOutcome.Unchanged, alarm, null);

    private static (ChangeOutcome Outcome, DeviceAlarm Next, string? Detail) Over(DeviceAlarm alarm) => (ChangeOutcome.Conflict, alarm, "The alarm is over.");
}
