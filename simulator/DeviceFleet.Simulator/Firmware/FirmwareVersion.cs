using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Simulator.Firmware;

/// <summary>
/// Compares versions by the precedence of semver.org 2.0.0, section 11: numbers by value, what stands after a hyphen comes before the release, what stands after a plus does not
/// count. Versions that are no semantic ones (1.4, 2024a) are compared by the same rules, part by part; a part that is not there counts as 0.
/// </summary>
internal static class FirmwareVersion
{
    /// <summary>Whether a text can be a version.</summary>
    public static bool IsValid(string text) => text.Length is > 0 and <= ReleaseLimits.VersionLengthMax && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '+' or '-');

    /// <summary>Below 0: the first is older; 0: neither; above 0: the first is newer.</summary>
    public static int Compare(string a, string b)
    {
        var (coreA, preA) = Split(a);
        var (coreB, preB) = Split(b);
        var core = CompareParts(coreA, coreB, missing: "0");
        return core != 0 ? core : (preA, preB) switch
        {
            (null, null) => 0,
            (null, _) => 1,
            (_, null) => -1,
            _ => CompareParts(preA, preB, missing: null),
        };
    }

    private static (string Core, string? PreRelease) Split(string version)
    {
        var withoutBuild = version.Split('+', 2)[0];
        var hyphen = withoutBuild.IndexOf('-', StringComparison.Ordinal);
        return hyphen < 0 ? (withoutBuild, null) : (withoutBuild[..hyphen], withoutBuild[(hyphen + 1)..]);
    }

    /// <summary>Part by part; where one has no more parts, <paramref name="missing"/> stands for them, or (null) it is the older one.</summary>
    private static int CompareParts(string a, string b, string? missing)
    {
        var (partsA, partsB) = (a.Split('.'), b.Split('.'));
        for (var i = 0; i < Math.Max(partsA.Length, partsB.Length); i++)
        {
            var (partA, partB) = (i < partsA.Length ? partsA[i] : missing, i < partsB.Length ? partsB[i] : missing);
            if (partA is null || partB is null)
            {
                return partA is null ? -1 : 1;
            }

            if (ComparePart(partA, partB) is not 0 and var difference)
            {
                return difference;
            }
        }

        return 0;
    }

    private static int ComparePart(string a, string b)
    {
        var (numberA, numberB) = (IsNumber(a), IsNumber(b));
        if (!numberA || !numberB)
        {
            return numberA == numberB ? string.CompareOrdinal(a, b) : numberA ? -1 : 1; // a number comes before a word
        }

        var (digitsA, digitsB) = (a.TrimStart('0'), b.TrimStart('0')); // of any length: the longer one is the larger one
        return digitsA.Length != digitsB.Length ? digitsA.Length - digitsB.Length : string.CompareOrdinal(digitsA, digitsB);
    }

    private static bool IsNumber(string part) => part.Length > 0 && part.All(char.IsAsciiDigit);
}
