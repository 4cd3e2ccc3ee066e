namespace EmbeddedDapr.Tests.Actors.Interleaving;

/// <summary>A reminder or timer as the model knows it: when its next try may come, and how many are left.</summary>
internal sealed class Registration(int id, bool isReminder, string actor, DateTimeOffset due, TimeSpan period, int ticks)
{
    private const int TriesMax = 4;
    private int _tick;
    private int _failedTries;

    public int Id => id;

    public string Actor => actor;

    /// <summary>Replaced or deleted, or about to be.</summary>
    public bool IsSuperseded { get; set; }

    /// <summary>Beside a deletion of all: which of the two was last is only known to the store.</summary>
    public bool MayBeDeleted { get; set; }

    /// <summary>Superseded, and everything that was under way then is over.</summary>
    public bool IsOver { get; set; }

    public bool IsComplete => _tick == ticks;

    /// <summary>A try begins. What is wrong about it, or null.</summary>
    public string? Begin(DateTimeOffset now)
    {
        if (IsOver)
        {
            return $"{this} was replaced or deleted";
        }

        if (_tick >= ticks)
        {
            return $"{this}: {_tick + 1} of {ticks} ticks";
        }

        var notBefore = due + (period * _tick) + (isReminder ? TimeSpan.FromSeconds(_failedTries) : TimeSpan.Zero);
        return now < notBefore ? $"{this}: tick {_tick} comes {notBefore - now} early" : null;
    }

    /// <summary>A try has ended. A timer does not care how.</summary>
    public void End(bool succeeded)
    {
        if (!isReminder || succeeded || ++_failedTries == TriesMax)
        {
            _tick++;
            _failedTries = 0;
        }
    }

    public override string ToString() => $"{(isReminder ? "reminder" : "timer")} {id} of {actor} ({_tick}/{ticks})";
}
