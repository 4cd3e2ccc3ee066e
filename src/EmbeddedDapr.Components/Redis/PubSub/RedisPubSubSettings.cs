using System.Globalization;

namespace EmbeddedDapr.Components.Redis.PubSub;

/// <summary>Metadata of <c>pubsub.redis</c> beside what all Redis components share (Dapr docs, Redis Streams spec).</summary>
internal sealed record RedisPubSubSettings
{
    private const int Most = 1_000_000;

    /// <summary><c>concurrency</c>: handler calls at one time, 1 or more, 10 by default; 1 keeps the order.</summary>
    public required int Concurrency { get; init; }

    /// <summary><c>queueDepth</c>: messages read and not with a handler yet, 1 or more, 100 by default; at the bound nothing more is read.</summary>
    public required int QueueDepth { get; init; }

    /// <summary><c>processingTimeout</c>: how long a message that nobody works on stays with its consumer, 60 s by default; zero: never given to another.</summary>
    public required TimeSpan ProcessingTimeout { get; init; }

    /// <summary><c>redeliverInterval</c>: how often such messages are looked for, 15 s by default; zero: never.</summary>
    public required TimeSpan RedeliverInterval { get; init; }

    /// <summary><c>maxLenApprox</c>: about how many messages a stream keeps, read or not; 0, the default: all.</summary>
    public required int LengthMaxApprox { get; init; }

    /// <summary><c>streamTTL</c>: about how long a stream keeps a message; zero, the default: for ever. Does not count beside <c>maxLenApprox</c>.</summary>
    public required TimeSpan StreamTtl { get; init; }

    public bool Redelivers => ProcessingTimeout > TimeSpan.Zero && RedeliverInterval > TimeSpan.Zero;

    /// <exception cref="ComponentException">Something is malformed.</exception>
    public static RedisPubSubSettings Read(ComponentMetadata metadata) => new()
    {
        Concurrency = Math.Max(1, metadata.Number("concurrency", 10, max: 10_000)),
        QueueDepth = Math.Max(1, metadata.Number("queueDepth", 100, max: Most)),
        ProcessingTimeout = Milliseconds(metadata, "processingTimeout", TimeSpan.FromSeconds(60)),
        RedeliverInterval = Milliseconds(metadata, "redeliverInterval", TimeSpan.FromSeconds(15)),
        LengthMaxApprox = metadata.Number("maxLenApprox", 0),
        StreamTtl = metadata.Duration("streamTTL", TimeSpan.Zero),
    };

    /// <summary>Plain numbers are milliseconds in these two.</summary>
    private static TimeSpan Milliseconds(ComponentMetadata metadata, string name, TimeSpan absent) =>
        long.TryParse(metadata.Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? TimeSpan.FromMilliseconds(Math.Min(number, (long)TimeSpan.FromDays(3650).TotalMilliseconds))
            : metadata.Duration(name, absent);
}
