namespace EmbeddedDapr.Actors;

/// <summary>Bounds of the actor runtime. They hold for one engine, over all its apps, unless a member says otherwise.</summary>
public sealed record ActorRuntimeOptions
{
    /// <summary>Most calls that may wait for one actor's turn, 10,000 by default; one more is refused with <c>ERR_ACTOR_MAILBOX_FULL</c> (daprd has no such bound).</summary>
    public int MailboxMax { get; init; } = 10_000;

    /// <summary>How long a call waits for somebody to host its actor type, 5 s by default (daprd: five tries, one second apart).</summary>
    public TimeSpan HostLookupTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most timers of one app, 1,000,000 by default; one more is refused with <c>ERR_ACTOR_TIMER_CREATE</c>.</summary>
    public int TimersMax { get; init; } = 1_000_000;

    /// <summary>Most reminder callbacks of one app under way at one time, 512 by default.</summary>
    public int ReminderConcurrencyMax { get; init; } = 512;

    /// <summary>How far ahead reminders are kept in memory, 60 s by default; later ones stay in the store alone.</summary>
    public TimeSpan ReminderWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most reminders of one app kept in memory, 20,000 by default; the rest is paged in as these fire.</summary>
    public int ReminderWindowMax { get; init; } = 20_000;

    /// <summary>Most reminders that one listing answers, 100,000 by default; the rest is left out.</summary>
    public int ReminderListMax { get; init; } = 100_000;

    /// <summary>Most actors that one page of a listing holds, 1,000 by default.</summary>
    public int PageMax { get; init; } = 1_000;

    /// <summary>From when on a turn counts as slow, 10 s by default: it is logged and kept for <see cref="ActorApi.SlowTurns"/>.</summary>
    public TimeSpan SlowTurnThreshold { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Slow turns of a type that are kept after their end, the last 100 by default; 0: none.</summary>
    public int SlowTurnsKept { get; init; } = 100;

    /// <summary>Deactivations under way at one time, 64 by default.</summary>
    public int DeactivationConcurrencyMax { get; init; } = 64;

    /// <summary>How long stopping may take for all actors together, 5 s by default: turns under way may end, then every actor is told to deactivate.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Turns under way are cancelled when the runtime stops and their callers get an error, as daprd does; off by default: they may end within <see cref="StopTimeout"/>.
    /// </summary>
    public bool CancelTurnsOnStop { get; init; }
}
