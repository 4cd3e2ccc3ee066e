using System.Globalization;

namespace EmbeddedDapr.Components;

/// <summary>Metadata of a component: names without regard to case, values as text, read in Go's spellings.</summary>
public sealed class ComponentMetadata(IEnumerable<KeyValuePair<string, string>> values)
{
    private readonly Dictionary<string, string> _values = Last(values);

    /// <summary>No metadata.</summary>
    public static ComponentMetadata Empty { get; } = new([]);

    /// <summary>Every entry.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>The text, or null when the entry is absent or empty.</summary>
    public string? Text(string name) => _values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>The text.</summary>
    /// <exception cref="ComponentException">Absent or empty.</exception>
    public string RequiredText(string name) => Text(name) ?? throw new ComponentException($"metadata property '{name}' is missing");

    /// <summary>True for <c>1 t true y yes on</c> in any case (contract section 8.1).</summary>
    public bool Flag(string name, bool absent = false) => Text(name)?.ToLowerInvariant() switch
    {
        null => absent,
        "1" or "t" or "true" or "y" or "yes" or "on" => true,
        _ => false,
    };

    /// <summary>An integer.</summary>
    /// <exception cref="ComponentException">No integer, or outside the bounds.</exception>
    public int Number(string name, int absent, int min = 0, int max = int.MaxValue)
    {
        if (Text(name) is not { } text)
        {
            return absent;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new ComponentException($"metadata property '{name}' is '{text}', not an integer from {min} to {max}");
    }

    /// <summary>A Go duration (<c>1h2m3s4ms</c>) or plain seconds.</summary>
    /// <exception cref="ComponentException">Neither.</exception>
    public TimeSpan Duration(string name, TimeSpan absent)
    {
        if (Text(name) is not { } text)
        {
            return absent;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return GoDuration.TryParse(text, out var duration) ? duration : throw new ComponentException($"metadata property '{name}' is '{text}', not a duration");
    }

    private static Dictionary<string, string> Last(IEnumerable<KeyValuePair<string, string>> values)
    {
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values)
        {
            all[name] = value;
        }

        return all;
    }
}

/// <summary>A component that cannot start, or cannot do what it is asked; the message is for the operator.</summary>
public sealed class ComponentException(string message, Exception? inner = null) : Exception(message, inner);
