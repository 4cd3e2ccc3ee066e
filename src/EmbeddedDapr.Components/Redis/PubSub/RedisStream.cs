using System.Globalization;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Redis.PubSub;

/// <summary>A message of a stream: its id there, and its data.</summary>
internal readonly record struct RedisStreamEntry(string Id, ReadOnlyMemory<byte> Data);

/// <summary>One stream as one consumer sees it; group and consumer have one name, as with daprd. Thread safe.</summary>
internal sealed class RedisStream(RedisConnection connection, string topic, string consumer)
{
    private const string DataField = "data";

    private readonly RedisKey _key = topic;

    /// <summary>Makes stream and group, from the first message on, unless they are there.</summary>
    public async Task CreateGroupAsync()
    {
        try
        {
            await connection.Database.StreamCreateConsumerGroupAsync(_key, consumer, "0", createStream: true);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            // There already.
        }
    }

    /// <summary>New messages for the group; waits for the first one on a connection that nothing else may use.</summary>
    public async Task<IReadOnlyList<RedisStreamEntry>> ReadAsync(RedisConnection blocking, int count, TimeSpan wait)
    {
        object[] arguments = ["GROUP", consumer, consumer, "COUNT", count, "BLOCK", (long)wait.TotalMilliseconds, "STREAMS", _key, ">"];
        var answer = await blocking.Database.ExecuteAsync("XREADGROUP", arguments);
        return answer.IsNull ? [] : Entries(answer[0][1]);
    }

    /// <summary>Ids of messages that have been with a consumer for so long without a word from it.</summary>
    public async Task<IReadOnlyList<string>> IdleAsync(TimeSpan idle, int count)
    {
        var pending = await connection.Database.StreamPendingMessagesAsync(_key, consumer, count, RedisValue.Null, minIdleTimeInMs: (long)idle.TotalMilliseconds);
        return [.. pending.Select(message => message.MessageId.ToString())];
    }

    /// <summary>Takes those of them that are still idle. What has been deleted from the stream meanwhile is settled.</summary>
    public async Task<IReadOnlyList<RedisStreamEntry>> ClaimAsync(IReadOnlyList<string> ids, TimeSpan idle)
    {
        object[] arguments = [_key, consumer, consumer, (long)idle.TotalMilliseconds, .. ids];
        return Entries(await connection.Database.ExecuteAsync("XCLAIM", arguments));
    }

    /// <summary>Says that these are being worked on.</summary>
    public Task KeepAsync(IReadOnlyCollection<string> ids) =>
        connection.Database.StreamClaimIdsOnlyAsync(_key, consumer, consumer, 0, [.. ids.Select(id => (RedisValue)id)]);

    /// <summary>Gives back what nobody has worked on: the next one that looks may have it.</summary>
    public Task GiveBackAsync(IReadOnlyCollection<string> ids, TimeSpan idle)
    {
        object[] arguments = [_key, consumer, consumer, 0, .. ids, "IDLE", (long)idle.TotalMilliseconds, "JUSTID"];
        return connection.Database.ExecuteAsync("XCLAIM", arguments);
    }

    /// <summary>Settled.</summary>
    public Task AcknowledgeAsync(IReadOnlyCollection<string> ids) =>
        connection.Database.StreamAcknowledgeAsync(_key, consumer, [.. ids.Select(id => (RedisValue)id)]);

    /// <summary>Puts a message into a stream.</summary>
    public static Task AddAsync(IDatabase database, string topic, ReadOnlyMemory<byte> data, RedisPubSubSettings settings, DateTimeOffset now)
    {
        RedisKey key = topic;
        if (settings.LengthMaxApprox > 0 || settings.StreamTtl <= TimeSpan.Zero)
        {
            return database.StreamAddAsync(key, DataField, data, maxLength: settings.LengthMaxApprox > 0 ? settings.LengthMaxApprox : null, useApproximateMaxLength: true);
        }

        var oldest = (now - settings.StreamTtl).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        RedisValue payload = data;
        object[] arguments = [key, "MINID", "~", oldest, "*", DataField, payload];
        return database.ExecuteAsync("XADD", arguments);
    }

    private static List<RedisStreamEntry> Entries(RedisResult answer)
    {
        var entries = new List<RedisStreamEntry>(Math.Max(0, answer.Length));
        for (var index = 0; index < answer.Length; index++)
        {
            // Redis before 7 names messages that are no longer there as nothing.
            if (answer[index].IsNull || answer[index][1].IsNull)
            {
                continue;
            }

            var (id, fields) = (answer[index][0].ToString(), answer[index][1]);
            byte[]? data = null;
            for (var field = 0; field + 1 < fields.Length; field += 2)
            {
                data = fields[field].ToString() == DataField ? (byte[]?)fields[field + 1] : data;
            }

            entries.Add(new(id, data ?? []));
        }

        return entries;
    }
}
