using System.Text.Json.Serialization;

namespace DeviceFleet.Devices.Ingest;

/// <summary>What the window says of one <c>(boot, seq)</c>.</summary>
internal enum SequenceVerdict
{
    /// <summary>Above everything seen.</summary>
    Newest,

    /// <summary>Below the highest, within the window, not seen before.</summary>
    Late,

    /// <summary>Seen before.</summary>
    Seen,

    /// <summary>Below the window: nobody knows any more whether it was seen.</summary>
    TooLate,

    /// <summary>Of a boot before the one counted.</summary>
    OldBoot,
}

/// <summary>
/// Which samples of the device's current boot were counted: the highest seq, and which of the 1,024 before it are still missing. Immutable.
/// A missing map of null says that none is, which is how a device without losses looks; so its state stays small.
/// </summary>
internal sealed record SequenceWindow
{
    /// <summary>How many seqs before the highest are remembered.</summary>
    public const int Depth = 1024;

    private const int Words = Depth / 64;

    /// <summary>The boot counted.</summary>
    public required long Boot { get; init; }

    /// <summary>The highest seq seen; itself always counted as seen.</summary>
    public required long Highest { get; init; }

    /// <summary>
    /// A bit for each seq from <c>Highest - 1024</c> to <c>Highest - 1</c>, at place <c>seq mod 1024</c>, set while that seq is missing; null:
    /// none is. No bit has to move when the window does, only those that it passes are set or cleared.
    /// </summary>
    [JsonConverter(typeof(BitmapJsonConverter))]
    public ulong[]? Missing { get; init; }

    /// <summary>The window after the first sample of a boot. What came before it may still come, late.</summary>
    public static SequenceWindow StartingAt(long boot, long seq)
    {
        var missing = new ulong[Words];
        MarkMissing(missing, Math.Max(0, seq - Depth), seq);
        return new SequenceWindow { Boot = boot, Highest = seq, Missing = Compact(missing) };
    }

    /// <summary>Judges a sample, and gives the window after it: the same one when nothing was counted. Neither number is negative.</summary>
    public (SequenceVerdict Verdict, SequenceWindow Next) Accept(long boot, long seq)
    {
        if (boot != Boot)
        {
            return boot < Boot ? (SequenceVerdict.OldBoot, this) : (SequenceVerdict.Newest, StartingAt(boot, seq));
        }

        if (seq > Highest)
        {
            return (SequenceVerdict.Newest, AdvanceTo(seq));
        }

        if (seq < Highest - Depth)
        {
            return (SequenceVerdict.TooLate, this);
        }

        if (seq == Highest || Missing is null || !IsSet(Missing, seq))
        {
            return (SequenceVerdict.Seen, this);
        }

        var missing = (ulong[])Missing.Clone();
        Clear(missing, seq);
        return (SequenceVerdict.Late, this with { Missing = Compact(missing) });
    }

    /// <summary>Equal when they would judge every sample alike.</summary>
    public bool Equals(SequenceWindow? other) =>
        other is not null && Boot == other.Boot && Highest == other.Highest
        && (Missing is null ? other.Missing is null : other.Missing is not null && Missing.AsSpan().SequenceEqual(other.Missing));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Boot, Highest);

    private SequenceWindow AdvanceTo(long seq)
    {
        if (seq == Highest + 1 && Missing is null)
        {
            return this with { Highest = seq };
        }

        var missing = Missing is null ? new ulong[Words] : (ulong[])Missing.Clone();

        // The old highest takes the place of the seq that leaves the window; what lies between old and new highest is missing.
        Clear(missing, Highest);
        MarkMissing(missing, Math.Max(Highest + 1, seq - Depth), seq);
        return this with { Highest = seq, Missing = Compact(missing) };
    }

    private static void MarkMissing(ulong[] bits, long from, long toExclusive)
    {
        for (var seq = from; seq < toExclusive; seq++)
        {
            bits[Word(seq)] |= Bit(seq);
        }
    }

    private static bool IsSet(ulong[] bits, long seq) => (bits[Word(seq)] & Bit(seq)) != 0;

    private static void Clear(ulong[] bits, long seq) => bits[Word(seq)] &= ~Bit(seq);

    private static int Word(long seq) => (int)(seq % Depth) / 64;

    private static ulong Bit(long seq) => 1UL << (int)(seq % 64);

    private static ulong[]? Compact(ulong[] bits) => bits.AsSpan().ContainsAnyExcept(0UL) ? bits : null;
}
