using System.Globalization;

namespace EmbeddedDapr.Resiliency;

/// <summary>Codes a retry policy asks for: <c>429,500-599</c> (contract section 9.1). Immutable.</summary>
internal sealed class StatusRanges
{
    private readonly (int First, int Last)[] _ranges;

    private StatusRanges((int First, int Last)[] ranges) => _ranges = ranges;

    /// <summary>Every code.</summary>
    public static StatusRanges All { get; } = new([]);

    /// <summary>
    /// Reads codes and ranges of codes, parted by commas; nothing at all means every code. Null: the text is no such list. Blanks are not allowed
    /// (recorded: resiliency-app-retry-matching-blank).
    /// </summary>
    public static StatusRanges? Parse(string? text, int min, int max)
    {
        if (string.IsNullOrEmpty(text))
        {
            return All;
        }

        var parts = text.Split(',');
        var ranges = new (int First, int Last)[parts.Length];
        for (var index = 0; index < parts.Length; index++)
        {
            var dash = parts[index].IndexOf('-', StringComparison.Ordinal);
            var (first, last) = dash < 0 ? (parts[index], parts[index]) : (parts[index][..dash], parts[index][(dash + 1)..]);
            if (!TryCode(first, min, max, out ranges[index].First) || !TryCode(last, min, max, out ranges[index].Last) || ranges[index].First > ranges[index].Last)
            {
                return null;
            }
        }

        return new(ranges);
    }

    public bool Contains(int code)
    {
        foreach (var (first, last) in _ranges)
        {
            if (code >= first && code <= last)
            {
                return true;
            }
        }

        return _ranges.Length == 0;
    }

    private static bool TryCode(string text, int min, int max, out int code) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out code) && code >= min && code <= max;
}
