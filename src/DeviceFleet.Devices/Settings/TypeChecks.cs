using System.Text.Json;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Settings;

/// <summary>What a device's type says of what the device sends and of what is wanted of it. Pure.</summary>
internal static class TypeChecks
{
    private const int FaultsMax = 20;

    /// <summary>Whether a sample has only metrics and values that the type allows.</summary>
    public static bool Allows(this DeviceType type, TelemetrySample sample)
    {
        foreach (var (name, value) in sample.Metrics)
        {
            if (!type.Metrics.TryGetValue(name, out var spec))
            {
                if (type.OnlyThese)
                {
                    return false;
                }
            }
            else if (value < spec.Min || value > spec.Max)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// What is wrong with a document of the twin, desired or reported, in words; empty: nothing. Members that the type does not name are free, and those that it names may be left
    /// out.
    /// </summary>
    public static IReadOnlyList<string> Faults(this DeviceType type, JsonElement document)
    {
        List<string> faults = [];
        foreach (var (pointer, spec) in type.Twin)
        {
            if (faults.Count < FaultsMax && Find(document, pointer) is { } value && Fault(spec, value) is { } fault)
            {
                faults.Add($"{pointer}: {fault}");
            }
        }

        return faults;
    }

    /// <summary>RFC 6901, objects only: a twin's leaves are values, and arrays among them are not looked into.</summary>
    private static JsonElement? Find(JsonElement document, string pointer)
    {
        var current = document;
        foreach (var part in pointer[1..].Split('/'))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(name, out current))
            {
                return null;
            }
        }

        return current;
    }

    private static string? Fault(TwinMemberSpec spec, JsonElement value) => spec.Kind switch
    {
        TwinValueKind.Text => TextFault(spec, value),
        TwinValueKind.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "true or false is wanted.",
        TwinValueKind.Number or TwinValueKind.Whole => NumberFault(spec, value),
    };

    private static string? TextFault(TwinMemberSpec spec, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return "a text is wanted.";
        }

        return spec.OneOf is { } texts && !texts.Contains(value.GetString()) ? $"one of {string.Join(", ", texts)} is wanted." : null;
    }

    private static string? NumberFault(TwinMemberSpec spec, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
        {
            return "a number is wanted.";
        }

        if (spec.Kind == TwinValueKind.Whole && number != Math.Floor(number))
        {
            return "a whole number is wanted.";
        }

        return number < spec.Min ? Text($"at least {spec.Min} is wanted.") : number > spec.Max ? Text($"at most {spec.Max} is wanted.") : null;
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
