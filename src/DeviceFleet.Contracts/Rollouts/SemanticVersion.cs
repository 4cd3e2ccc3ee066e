using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace DeviceFleet.Contracts.Rollouts;

/// <summary>
/// A version as semver.org 2.0.0 orders them: <c>major.minor.patch</c>, then <c>-</c> and what makes it a pre-release, then <c>+</c> and what only tells builds apart, which does not count
/// in the order.
/// </summary>
public sealed class SemanticVersion
{
    private readonly BigInteger[] _core;
    private readonly string[] _preRelease;

    private SemanticVersion(string text, BigInteger[] core, string[] preRelease) => (Text, _core, _preRelease) = (text, core, preRelease);

    /// <summary>From the oldest to the newest; what is no version comes before all. Those that differ only in their build are equal here.</summary>
    public static IComparer<SemanticVersion?> Order { get; } = Comparer<SemanticVersion?>.Create((one, other) => one is null ? (other is null ? 0 : -1) : one.CompareTo(other));

    /// <summary>As it was read.</summary>
    public string Text { get; }

    /// <summary>Reads a version of at most <see cref="ReleaseLimits.VersionLengthMax"/> characters; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SemanticVersion? version)
    {
        version = null;
        if (string.IsNullOrEmpty(text) || text.Length > ReleaseLimits.VersionLengthMax)
        {
            return false;
        }

        var plus = text.IndexOf('+', StringComparison.Ordinal);
        var rest = plus < 0 ? text : text[..plus];
        var dash = rest.IndexOf('-', StringComparison.Ordinal);
        var core = (dash < 0 ? rest : rest[..dash]).Split('.');
        var preRelease = dash < 0 ? [] : rest[(dash + 1)..].Split('.');
        var isBuild = plus < 0 || text[(plus + 1)..].Split('.').All(IsIdentifier);
        if (core.Length != 3 || !core.All(IsNumber) || !preRelease.All(part => IsIdentifier(part) && (!part.All(char.IsAsciiDigit) || IsNumber(part))) || !isBuild)
        {
            return false;
        }

        version = new SemanticVersion(text, [.. core.Select(part => BigInteger.Parse(part, System.Globalization.CultureInfo.InvariantCulture))], preRelease);
        return true;
    }

    /// <summary>Section 11 of the specification.</summary>
    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        foreach (var (mine, theirs) in _core.Zip(other._core))
        {
            if (mine != theirs)
            {
                return mine.CompareTo(theirs);
            }
        }

        if (_preRelease.Length == 0 || other._preRelease.Length == 0)
        {
            return other._preRelease.Length.CompareTo(_preRelease.Length); // a release comes after its pre-releases
        }

        foreach (var (mine, theirs) in _preRelease.Zip(other._preRelease))
        {
            var order = ComparePart(mine, theirs);
            if (order != 0)
            {
                return order;
            }
        }

        return _preRelease.Length.CompareTo(other._preRelease.Length);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static int ComparePart(string mine, string theirs) => (mine.All(char.IsAsciiDigit), theirs.All(char.IsAsciiDigit)) switch
    {
        (true, true) => mine.Length != theirs.Length ? mine.Length.CompareTo(theirs.Length) : string.CompareOrdinal(mine, theirs),
        (true, false) => -1,
        (false, true) => 1,
        (false, false) => string.CompareOrdinal(mine, theirs),
    };

    private static bool IsNumber(string part) => part.Length > 0 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0');

    private static bool IsIdentifier(string part) => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
