using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Components.Redis.Reminders;

/// <summary>A reminder as it lies in Redis. Times and durations are ticks; what is null is left out.</summary>
internal sealed partial record ReminderRow
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required long Due { get; init; }

    public int Failed { get; init; }

    public long? Period { get; init; }

    public int? Remaining { get; init; }

    public long? Expires { get; init; }

    public byte[]? Data { get; init; }

    public string DueText { get; init; } = string.Empty;

    public string PeriodText { get; init; } = string.Empty;

    public string? TtlText { get; init; }

    public long? RetryInterval { get; init; }

    public int? RetriesMax { get; init; }

    /// <summary>The version in front, so that a script can compare it without reading JSON.</summary>
    public static byte[] Write(ReminderRecord record)
    {
        var byDefault = record.Policy == ReminderFailurePolicy.Default;
        var row = new ReminderRow
        {
            Id = record.ActorId,
            Name = record.Name,
            Due = record.NextDue.UtcTicks,
            Failed = record.FailedTries,
            Period = record.Period?.Ticks,
            Remaining = record.Remaining,
            Expires = record.ExpiresAt?.UtcTicks,
            Data = record.Data.IsEmpty ? null : record.Data.ToArray(),
            DueText = record.DueTimeText,
            PeriodText = record.PeriodText,
            TtlText = record.TtlText,
            RetryInterval = byDefault ? null : record.Policy.Interval.Ticks,
            RetriesMax = byDefault ? null : record.Policy.RetriesMax,
        };
        return [.. Encoding.ASCII.GetBytes($"{record.Version}|"), .. JsonSerializer.SerializeToUtf8Bytes(row, Json.Default.ReminderRow)];
    }

    /// <exception cref="FormatException">Not a row: somebody else wrote it.</exception>
    public static ReminderRecord Read(string actorType, ReadOnlySpan<byte> bytes)
    {
        var bar = bytes.IndexOf((byte)'|');
        if (bar < 0 || !long.TryParse(bytes[..bar], provider: null, out var version) || JsonSerializer.Deserialize(bytes[(bar + 1)..], Json.Default.ReminderRow) is not { } row)
        {
            throw new FormatException($"a reminder of actor type '{actorType}' in redis cannot be read");
        }

        return new ReminderRecord
        {
            ActorType = actorType,
            ActorId = row.Id,
            Name = row.Name,
            NextDue = Time(row.Due),
            FailedTries = row.Failed,
            Period = row.Period is { } period ? TimeSpan.FromTicks(period) : null,
            Remaining = row.Remaining,
            ExpiresAt = row.Expires is { } expires ? Time(expires) : null,
            Data = row.Data,
            DueTimeText = row.DueText,
            PeriodText = row.PeriodText,
            TtlText = row.TtlText,
            Policy = row.RetryInterval is { } interval ? new(TimeSpan.FromTicks(interval), row.RetriesMax) : ReminderFailurePolicy.Default,
            Version = version,
        };
    }

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    [JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonSerializable(typeof(ReminderRow))]
    private sealed partial class Json : JsonSerializerContext;
}
