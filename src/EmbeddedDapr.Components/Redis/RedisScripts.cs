namespace EmbeddedDapr.Components.Redis;

/// <summary>
/// What runs inside Redis, so that reading a version and writing are one step. Keys have the layout of daprd's <c>state.redis</c>: a hash with <c>data</c>, a counting
/// <c>version</c> and, once it was written with first-write, <c>first-write</c>. Answers are 1 (done) and 0 (refused).
/// </summary>
internal static class RedisScripts
{
    /// <summary>
    /// KEYS[1]; value, version wanted (0: any), first-write (1 or 0), lifetime in seconds (0: none). A key without a version takes any write: unlike the other stores, an
    /// etag matches a missing key. Version 0 does not match a key that was written with first-write (recorded: grpc-state-first-write-redis, grpc-state-etag-redis).
    /// </summary>
    public const string Set = """
        local kind = redis.call('TYPE', KEYS[1])['ok']
        if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
        local version = redis.call('HGET', KEYS[1], 'version')
        if version and version ~= '' and version ~= ARGV[2] then
          if ARGV[2] ~= '0' or redis.call('HEXISTS', KEYS[1], 'first-write') == 1 then return 0 end
        end
        redis.call('HSET', KEYS[1], 'data', ARGV[1])
        if ARGV[3] == '1' then redis.call('HSET', KEYS[1], 'first-write', '0') end
        redis.call('HINCRBY', KEYS[1], 'version', 1)
        if ARGV[4] == '0' then redis.call('PERSIST', KEYS[1]) else redis.call('EXPIRE', KEYS[1], ARGV[4]) end
        return 1
        """;

    /// <summary>KEYS[1]; version wanted (0: any). A missing key is fine.</summary>
    public const string Delete = """
        if redis.call('TYPE', KEYS[1])['ok'] == 'hash' then
          local version = redis.call('HGET', KEYS[1], 'version')
          if version and version ~= '' and version ~= ARGV[1] and ARGV[1] ~= '0' then return 0 end
        end
        redis.call('DEL', KEYS[1])
        return 1
        """;

    /// <summary>KEYS[1]; owner. 1: given back, −1: not locked, −2: locked by another.</summary>
    public const string Unlock = """
        local owner = redis.call('GET', KEYS[1])
        if not owner then return -1 end
        if owner ~= ARGV[1] then return -2 end
        return redis.call('DEL', KEYS[1])
        """;
}
