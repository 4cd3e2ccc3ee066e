namespace EmbeddedDapr.Components.Redis.Reminders;

/// <summary>
/// What runs inside Redis, so that looking and writing are one step. KEYS[1] is the hash of rows, each <c>VERSION|JSON</c>; KEYS[2] the sorted set of the same fields by due
/// time. Answers are 1 (done) and 0 (left alone).
/// </summary>
internal static class RedisReminderScripts
{
    /// <summary>Field, row, due time, overwrite (1 or 0).</summary>
    public const string Put = """
        if ARGV[4] == '0' and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
        redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
        return 1
        """;

    /// <summary>Field, version that fired, next row (empty: none), due time.</summary>
    public const string Advance = """
        local row = redis.call('HGET', KEYS[1], ARGV[1])
        local fired = ARGV[2] .. '|'
        if not row or string.sub(row, 1, #fired) ~= fired then return 0 end
        if ARGV[3] == '' then
          redis.call('HDEL', KEYS[1], ARGV[1])
          redis.call('ZREM', KEYS[2], ARGV[1])
        else
          redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
          redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
        end
        return 1
        """;

    /// <summary>Field.</summary>
    public const string Delete = """
        redis.call('ZREM', KEYS[2], ARGV[1])
        return redis.call('HDEL', KEYS[1], ARGV[1])
        """;

    /// <summary>Beginning of the fields of one actor; empty: all.</summary>
    public const string DeleteAll = """
        if ARGV[1] == '' then return redis.call('DEL', KEYS[1], KEYS[2]) end
        for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
          if string.sub(field, 1, #ARGV[1]) == ARGV[1] then
            redis.call('HDEL', KEYS[1], field)
            redis.call('ZREM', KEYS[2], field)
          end
        end
        return 1
        """;
}
