using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Jobs;

/// <summary>A job as an app schedules it, texts as sent. Null: not said, which is not the same as empty.</summary>
public sealed record JobRequest
{
    /// <summary>Name, one of its kind in the app.</summary>
    public required string Name { get; init; }

    /// <summary>Six-field cron expression, <c>@every</c> with a Go duration, or a name such as <c>@daily</c>, in UTC.</summary>
    public string? Schedule { get; init; }

    /// <summary>Runs in total; null: no limit.</summary>
    public uint? Repeats { get; init; }

    /// <summary>When first: a point in time (RFC 3339), or a Go or ISO 8601 duration from now.</summary>
    public string? DueTime { get; init; }

    /// <summary>No run after this: a point in time, or a duration from the due time, without one from now.</summary>
    public string? Ttl { get; init; }

    /// <summary>What follows a run that failed; null: three more tries, one second apart.</summary>
    public ReminderFailurePolicy? Policy { get; init; }

    /// <summary>False refuses to replace a job of this name.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Body of the call into the app.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>What GET gives back; opaque here.</summary>
    public ReadOnlyMemory<byte> Description { get; init; }
}

/// <summary>Bounds of the jobs of one app.</summary>
public sealed record JobOptions
{
    /// <summary>Jobs that run at one time, 256 by default; further ones wait. One job never overlaps itself.</summary>
    public int ConcurrencyMax { get; init; } = 256;

    /// <summary>Jobs that may be waiting, 1,000,000 by default; further ones are refused.</summary>
    public int JobsMax { get; init; } = 1_000_000;
}
