using System.Globalization;

namespace EmbeddedDapr.Cron;

/// <summary>One field of a cron expression as a set of numbers, by the rules of Go's robfig/cron v3, which daprd uses. Pure.</summary>
/// <param name="Bits">Bit n: n is in the set.</param>
/// <param name="IsAny">Written as <c>*</c> or <c>?</c>, without a step: the field does not restrict.</param>
internal readonly record struct CronField(ulong Bits, bool IsAny)
{
    public bool Has(int value) => (Bits >> value & 1) != 0;
}

/// <summary>The fields there are, with their bounds and names.</summary>
internal sealed record CronFieldKind(int Min, int Max, IReadOnlyList<string> Names)
{
    public static CronFieldKind Second { get; } = new(0, 59, []);

    public static CronFieldKind Minute { get; } = new(0, 59, []);

    public static CronFieldKind Hour { get; } = new(0, 23, []);

    public static CronFieldKind Day { get; } = new(1, 31, []);

    public static CronFieldKind Month { get; } = new(1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]);

    /// <summary>Sunday is 0, and there is no 7.</summary>
    public static CronFieldKind Weekday { get; } = new(0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);

    /// <summary>Reads a list of ranges (<c>1,5-9/2,mon</c>); null with a reason when it is none.</summary>
    public CronField? Parse(string text, out string error)
    {
        error = string.Empty;
        var (bits, any) = (0UL, false);
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryRange(part, ref bits, ref any, out error))
            {
                return null;
            }
        }

        return new CronField(bits, any);
    }

    private bool TryRange(string text, ref ulong bits, ref bool any, out string error)
    {
        var steps = text.Split('/');
        var ends = steps[0].Split('-');
        var isAny = ends[0] is "*" or "?";
        var (start, end, step) = (Min, Max, 1);
        if (steps.Length > 2 || ends.Length > 2
            || (!isAny && (!TryNumber(ends[0], out start) || !TryNumber(ends[^1], out end)))
            || (steps.Length == 2 && !int.TryParse(steps[1], NumberStyles.None, CultureInfo.InvariantCulture, out step)))
        {
            error = $"'{text}' is no number, name or range";
            return false;
        }

        if (steps.Length == 2 && ends.Length == 1)
        {
            end = Max; // N/step means N-max/step
        }

        if (start < Min || end > Max || start > end || step == 0)
        {
            error = $"'{text}' is outside {Min} to {Max}, ends before it begins, or has the step 0";
            return false;
        }

        any |= isAny && step == 1;
        for (var value = start; value <= end; value += step)
        {
            bits |= 1UL << value;
        }

        error = string.Empty;
        return true;
    }

    private bool TryNumber(string text, out int number)
    {
        for (var index = 0; index < Names.Count; index++)
        {
            if (Names[index].Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                number = Min + index;
                return true;
            }
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
