namespace EmbeddedDapr.Actors;

/// <summary>What a turn asks of its actor.</summary>
internal enum ActorTurnKind
{
    /// <summary>A method call.</summary>
    Method,

    /// <summary>A tick of a reminder.</summary>
    Reminder,

    /// <summary>A tick of a timer.</summary>
    Timer,

    /// <summary>The actor is forgotten.</summary>
    Deactivation,
}

/// <summary>One request of the runtime to an actor, before a host gives it the form in which the app takes it.</summary>
internal readonly record struct ActorTurn
{
    public required ActorTurnKind Kind { get; init; }

    /// <summary>The method, already cleaned, or the name of the reminder or timer.</summary>
    public string Name { get; init; }

    /// <summary>Query of a method call without <c>?</c>; null: none.</summary>
    public string? Query { get; init; }

    /// <summary>Content type of a method call; null: none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Headers of a method call; null: none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Headers { get; init; }

    /// <summary>Body of a method call; must stay unchanged until the turn has ended.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What a reminder or timer carries; null for other turns.</summary>
    public ScheduleTick? Tick { get; init; }
}

/// <summary>What a reminder or timer carries to its actor. The same object serves every tick.</summary>
/// <param name="Data">Raw JSON; empty: none.</param>
/// <param name="DueTime">As registered; empty for reminders (contract section 2.8).</param>
/// <param name="Period">As registered; empty for reminders.</param>
/// <param name="Callback">The method of a timer; null for reminders, which have none.</param>
internal sealed record ScheduleTick(ReadOnlyMemory<byte> Data, string DueTime, string Period, string? Callback)
{
    private byte[]? _json;

    /// <summary>The body of the callback over HTTP.</summary>
    public byte[] Json => _json ??= ScheduleRequest.CallbackBody(Callback, Data, DueTime, Period);
}
