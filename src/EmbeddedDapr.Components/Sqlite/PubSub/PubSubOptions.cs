using System.Globalization;
using EmbeddedDapr.Components.PubSub;

namespace EmbeddedDapr.Components.Sqlite.PubSub;

/// <summary>What the metadata of <c>pubsub.sqlite</c> sets. Components that share a file and a table prefix share those of the first, but for the retries.</summary>
internal sealed record PubSubOptions
{
    /// <summary><c>tablePrefix</c>, <c>pubsub</c> by default.</summary>
    public required string TablePrefix { get; init; }

    /// <summary>
    /// <c>maxRetries</c> + 1. 21 deliveries by default, which the back-off stretches over about 13 minutes: an app that is away for a while misses nothing.
    /// </summary>
    public int AttemptsMax { get; init; } = 21;

    /// <summary><c>retryInitial</c> (200 ms) and <c>retryMax</c> (60 s).</summary>
    public RetryBackOff BackOff { get; init; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(60));

    /// <summary><c>retention</c>: age at which a message goes, settled or not. 168 h by default.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(168);

    /// <summary><c>maxMessages</c> of a topic; the oldest go, settled or not. 10,000,000 by default.</summary>
    public long MessagesMax { get; init; } = 10_000_000;

    /// <summary><c>maxBytes</c> of data of a topic; the oldest go, settled or not. 4 GiB by default.</summary>
    public long BytesMax { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary><c>initialPosition</c> = <c>latest</c>: a consumer never seen before starts behind what is there; <c>oldest</c>, the default: before all that is retained.</summary>
    public bool StartsAtLatest { get; init; }

    /// <summary><c>pollInterval</c>: how often to look for what other processes published into the file. 1 s by default.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the retention limits are enforced. 1 min.</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>See <see cref="BuiltInComponentsOptions.PubSubUnsettledMax"/>.</summary>
    public int UnsettledMax { get; init; } = 2_048;

    /// <summary>See <see cref="BuiltInComponentsOptions.PubSubUnsettledBytesMax"/>.</summary>
    public long UnsettledBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <exception cref="ComponentException">A value that is none.</exception>
    public static PubSubOptions From(ComponentSpec spec, BuiltInComponentsOptions bounds)
    {
        var metadata = spec.Metadata;
        var absent = new PubSubOptions { TablePrefix = SqliteLocation.TableName(spec, "tablePrefix", "pubsub") };
        return absent with
        {
            AttemptsMax = metadata.Number("maxRetries", absent.AttemptsMax - 1, min: 0, max: 1_000_000) + 1,
            BackOff = new RetryBackOff(metadata.Duration("retryInitial", absent.BackOff.First), metadata.Duration("retryMax", absent.BackOff.Max)),
            Retention = metadata.Duration("retention", absent.Retention),
            MessagesMax = Long(metadata, "maxMessages", absent.MessagesMax),
            BytesMax = Long(metadata, "maxBytes", absent.BytesMax),
            PollInterval = Positive(metadata, "pollInterval", absent.PollInterval),
            StartsAtLatest = metadata.Text("initialPosition") switch
            {
                null or "oldest" => false,
                "latest" => true,
                var other => throw new ComponentException($"metadata property 'initialPosition' is '{other}', neither oldest nor latest"),
            },
            UnsettledMax = bounds.PubSubUnsettledMax,
            UnsettledBytesMax = bounds.PubSubUnsettledBytesMax,
        };
    }

    private static TimeSpan Positive(ComponentMetadata metadata, string name, TimeSpan absent) =>
        metadata.Duration(name, absent) is var duration && duration > TimeSpan.Zero
            ? duration
            : throw new ComponentException($"metadata property '{name}' must be more than zero");

    private static long Long(ComponentMetadata metadata, string name, long absent) =>
        metadata.Text(name) is not { } text ? absent
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new ComponentException($"metadata property '{name}' is '{text}', not a number of 1 or more");
}
