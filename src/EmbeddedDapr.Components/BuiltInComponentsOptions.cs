namespace EmbeddedDapr.Components;

/// <summary>Bounds of the built-in components that their metadata does not set.</summary>
public sealed record BuiltInComponentsOptions
{
    /// <summary>Writes that may wait for the writer of a SQLite file; callers wait when it is full. 1 or more, 8,192 by default.</summary>
    public int SqliteQueueLength { get; init; } = 8_192;

    /// <summary>Most writes in one commit of a SQLite file. 1 or more, 2,048 by default.</summary>
    public int SqliteBatchMax { get; init; } = 2_048;

    /// <summary>Reads of a SQLite file at one time; further ones wait. 1 or more, 4 by default.</summary>
    public int SqliteReadersMax { get; init; } = 4;

    /// <summary>Messages that a consumer has read and not settled, those that wait for another attempt included; it reads no further then. 1 or more, 2,048 by default.</summary>
    public int PubSubUnsettledMax { get; init; } = 2_048;

    /// <summary>Bytes of such messages. At least one message is always read, whatever its size. 16 MiB by default.</summary>
    public long PubSubUnsettledBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Messages that a subscriber of <c>pubsub.in-memory</c> has not settled; publishers wait when it is reached. 1 or more, 1,024 by default.</summary>
    public int InMemoryQueueLength { get; init; } = 1_024;
}
