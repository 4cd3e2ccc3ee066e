namespace EmbeddedDapr.Actors;

/// <summary>A hosted type at one moment.</summary>
/// <param name="Type">Its name.</param>
/// <param name="Active">Active actors.</param>
/// <param name="Waiting">Calls, ticks of timers and ticks of reminders that wait for a turn, over all of them.</param>
public sealed record ActorTypeDescription(string Type, int Active, long Waiting);

/// <summary>An active actor at one moment.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Waiting">Depth of its mailbox: what waits for its turn.</param>
/// <param name="Turn">The turn under way; null: it rests.</param>
public sealed record ActorDescription(string Id, int Waiting, TurnDescription? Turn);

/// <summary>A turn under way.</summary>
/// <param name="Kind"><c>method</c>, <c>reminder</c> or <c>timer</c>.</param>
/// <param name="Name">The method, reminder or timer.</param>
/// <param name="Elapsed">How long it has taken so far.</param>
public sealed record TurnDescription(string Kind, string Name, TimeSpan Elapsed);

/// <summary>Some of the active actors of a type, by id.</summary>
/// <param name="Actors">The actors.</param>
/// <param name="Next">Ask for what comes after this id next; null: there is no more.</param>
public sealed record ActorPage(IReadOnlyList<ActorDescription> Actors, string? Next);

/// <summary>A timer at one moment.</summary>
/// <param name="Name">Name.</param>
/// <param name="DueTime">As registered.</param>
/// <param name="Period">As registered.</param>
/// <param name="Callback">The method.</param>
/// <param name="NextDue">When the next tick is due, or was, if it is late.</param>
/// <param name="Remaining">Ticks still to come; null: no limit.</param>
/// <param name="ExpiresAt">No tick after this; null: no end.</param>
public sealed record TimerDescription(string Name, string DueTime, string Period, string Callback, DateTimeOffset NextDue, int? Remaining, DateTimeOffset? ExpiresAt);

/// <summary>A turn that took longer than <see cref="ActorRuntimeOptions.SlowTurnThreshold"/>.</summary>
/// <param name="ActorType">Type.</param>
/// <param name="ActorId">Id.</param>
/// <param name="Kind"><c>method</c>, <c>reminder</c> or <c>timer</c>.</param>
/// <param name="Name">The method, reminder or timer.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Elapsed">How long it took, or has taken so far.</param>
/// <param name="IsRunning">It has not ended yet.</param>
public sealed record SlowTurn(string ActorType, string ActorId, string Kind, string Name, DateTimeOffset StartedAt, TimeSpan Elapsed, bool IsRunning);
