using System.Globalization;
using EmbeddedDapr.Actors;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Redis.Reminders;

/// <summary>
/// Reminders beside the state of <c>state.redis</c>: for each actor type a hash of rows and a sorted set of due times. The keys share a hash tag, so that a cluster keeps them
/// together. As durable as the server's own persistence.
/// </summary>
internal sealed class RedisReminderStore(RedisConnection redis) : IReminderStore
{
    private const int Batch = 100;

    /// <inheritdoc/>
    public async ValueTask<bool> PutAsync(ReminderRecord reminder, bool overwrite, CancellationToken cancellationToken) =>
        await ScriptAsync(RedisReminderScripts.Put, reminder.ActorType, cancellationToken, Field(reminder), ReminderRow.Write(reminder), Score(reminder.NextDue), overwrite ? 1 : 0);

    /// <inheritdoc/>
    public ValueTask<ReminderRecord?> GetAsync(string actorType, string actorId, string name, CancellationToken cancellationToken) => redis.RunAsync(
        (Type: actorType, Field: Field(actorId, name)),
        static async (database, ask) => await database.HashGetAsync(Rows(ask.Type), ask.Field) is { IsNull: false } row ? ReminderRow.Read(ask.Type, (byte[])row!) : null,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string actorType, string actorId, string name, CancellationToken cancellationToken) =>
        await ScriptAsync(RedisReminderScripts.Delete, actorType, cancellationToken, Field(actorId, name));

    /// <inheritdoc/>
    public async ValueTask AdvanceAsync(ReminderRecord fired, ReminderRecord? next, CancellationToken cancellationToken) => await ScriptAsync(
        RedisReminderScripts.Advance,
        fired.ActorType,
        cancellationToken,
        Field(fired),
        fired.Version,
        next is null ? string.Empty : ReminderRow.Write(next),
        next is null ? 0 : Score(next.NextDue));

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ReminderRecord>> DueAsync(
        IReadOnlyCollection<string> actorTypes,
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken)
    {
        List<ReminderRecord> due = [];
        foreach (var type in actorTypes)
        {
            // Due times are kept to the millisecond there, and exactly in the row.
            var page = await PageAsync(type, double.NegativeInfinity, Score(before), skip: 0, limit, cancellationToken);
            due.AddRange(page.Where(reminder => reminder.NextDue < before));
        }

        due.Sort(static (one, other) => one.NextDue.CompareTo(other.NextDue));
        return due.Count > limit ? due.GetRange(0, limit) : due;
    }

    /// <inheritdoc/>
    public async ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyCollection<string> actorTypes, DateTimeOffset from, CancellationToken cancellationToken)
    {
        DateTimeOffset? earliest = null;
        foreach (var type in actorTypes)
        {
            IReadOnlyList<ReminderRecord> page;
            DateTimeOffset? found = null;
            for (var skip = 0; found is null; skip += page.Count)
            {
                page = await PageAsync(type, Score(from), double.PositiveInfinity, skip, Batch, cancellationToken);
                if (page.Count == 0)
                {
                    break;
                }

                found = page.Where(reminder => reminder.NextDue >= from).Min(reminder => (DateTimeOffset?)reminder.NextDue);
            }

            earliest = found is null || earliest < found ? earliest : found;
        }

        return earliest;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReminderRecord>> ListAsync(string actorType, string? actorId, int limit, CancellationToken cancellationToken) => redis.RunAsync(
        (Type: actorType, Id: actorId, Limit: limit),
        static async (database, ask) =>
        {
            List<ReminderRecord> found = [];
            await foreach (var entry in database.HashScanAsync(Rows(ask.Type), pageSize: 1000))
            {
                var reminder = ReminderRow.Read(ask.Type, (byte[])entry.Value!);
                if (ask.Id is null || reminder.ActorId == ask.Id)
                {
                    found.Add(reminder);
                }
            }

            // A scan may bring an entry twice.
            return (IReadOnlyList<ReminderRecord>)
            [
                .. found.DistinctBy(static reminder => (reminder.ActorId, reminder.Name))
                    .OrderBy(static reminder => reminder.Name, StringComparer.Ordinal)
                    .ThenBy(static reminder => reminder.ActorId, StringComparer.Ordinal)
                    .Take(ask.Limit),
            ];
        },
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DeleteAllAsync(string actorType, string? actorId, CancellationToken cancellationToken) =>
        await ScriptAsync(RedisReminderScripts.DeleteAll, actorType, cancellationToken, actorId is null ? string.Empty : Field(actorId, string.Empty));

    private static RedisKey Rows(string actorType) => $"{{reminders||{actorType}}}||rows";

    private static RedisKey Dues(string actorType) => $"{{reminders||{actorType}}}||due";

    private static string Field(ReminderRecord reminder) => Field(reminder.ActorId, reminder.Name);

    /// <summary>The length in front keeps ids and names apart, whatever stands in them.</summary>
    private static string Field(string actorId, string name) => string.Create(CultureInfo.InvariantCulture, $"{actorId.Length}:{actorId}{name}");

    /// <summary>Milliseconds: a double holds them exactly, which it does not do with ticks.</summary>
    private static double Score(DateTimeOffset due) => due.ToUnixTimeMilliseconds();

    private ValueTask<bool> ScriptAsync(string script, string actorType, CancellationToken cancellationToken, params RedisValue[] values) => redis.RunAsync(
        (Script: script, Type: actorType, Values: values),
        static async (database, ask) => (int)await database.ScriptEvaluateAsync(ask.Script, [Rows(ask.Type), Dues(ask.Type)], ask.Values) != 0,
        cancellationToken);

    private ValueTask<IReadOnlyList<ReminderRecord>> PageAsync(string actorType, double from, double to, long skip, long limit, CancellationToken cancellationToken) => redis.RunAsync(
        (Type: actorType, From: from, To: to, Skip: skip, Limit: limit),
        static async (database, ask) =>
        {
            var fields = await database.SortedSetRangeByScoreAsync(Dues(ask.Type), ask.From, ask.To, skip: ask.Skip, take: ask.Limit);
            var rows = fields.Length == 0 ? [] : await database.HashGetAsync(Rows(ask.Type), fields);

            // What was deleted between the two questions has no row any more.
            return (IReadOnlyList<ReminderRecord>)[.. rows.Where(static row => !row.IsNull).Select(row => ReminderRow.Read(ask.Type, (byte[])row!))];
        },
        cancellationToken);
}
