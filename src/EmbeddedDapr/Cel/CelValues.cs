using System.Globalization;
using System.Text.Json;

namespace EmbeddedDapr.Cel;

/// <summary>
/// Values: null, bool, long, ulong, double, string, lists (<see cref="IReadOnlyList{T}"/>) and maps (<see cref="IReadOnlyDictionary{TKey, TValue}"/>, keyed by
/// string). JSON objects and arrays stay <see cref="JsonElement"/>s until they are looked into. JSON numbers are doubles, and numbers compare across types.
/// </summary>
internal static class CelValues
{
    public static object? FromJson(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String => value.GetString(),
        _ => value,
    };

    public static string TypeName(object? value) => value switch
    {
        null => "null_type",
        bool => "bool",
        long => "int",
        ulong => "uint",
        double => "double",
        string => "string",
        JsonElement { ValueKind: JsonValueKind.Array } or IReadOnlyList<object?> => "list",
        _ => "map",
    };

    /// <summary>The items, or null when the value is no list.</summary>
    public static IReadOnlyList<object?>? AsList(object? value) => value switch
    {
        IReadOnlyList<object?> list => list,
        JsonElement { ValueKind: JsonValueKind.Array } array => array.EnumerateArray().Select(FromJson).ToList(),
        _ => null,
    };

    /// <summary>The keys, or null when the value is no map.</summary>
    public static IReadOnlyList<string>? KeysOf(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => map.Keys.ToList(),
        JsonElement { ValueKind: JsonValueKind.Object } map => map.EnumerateObject().Select(member => member.Name).Distinct().ToList(),
        _ => null,
    };

    /// <summary>Looks up a member; false when there is none.</summary>
    /// <exception cref="CelException">The value is no map.</exception>
    public static bool TryMember(object? value, string name, out object? member)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> map:
                return map.TryGetValue(name, out member);
            case JsonElement { ValueKind: JsonValueKind.Object } map:
                var found = map.TryGetProperty(name, out var element);
                member = found ? FromJson(element) : null;
                return found;
            default:
                throw new CelException($"{TypeName(value)} has no members, looking for '{name}'");
        }
    }

    public static new bool Equals(object? left, object? right)
    {
        if (IsNumber(left) && IsNumber(right))
        {
            return CompareNumbers(left!, right!) == 0;
        }

        if (AsList(left) is { } leftList && AsList(right) is { } rightList)
        {
            return leftList.Count == rightList.Count && leftList.Zip(rightList).All(pair => Equals(pair.First, pair.Second));
        }

        if (KeysOf(left) is { } leftKeys && KeysOf(right) is { } rightKeys)
        {
            return leftKeys.Count == rightKeys.Count
                && leftKeys.All(key => TryMember(left, key, out var a) && TryMember(right, key, out var b) && Equals(a, b));
        }

        return object.Equals(left, right);
    }

    /// <summary>Order of two numbers, strings or booleans; null when one is not a number.</summary>
    /// <exception cref="CelException">The types have no order.</exception>
    public static int? Compare(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        _ when IsNumber(left) && IsNumber(right) => CompareNumbers(left!, right!),
        _ => throw new CelException($"no such overload: {TypeName(left)} compared with {TypeName(right)}"),
    };

    public static string Text(object? value) => value switch
    {
        string text => text,
        bool truth => truth ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        long or ulong => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        _ => throw new CelException($"no such overload: string({TypeName(value)})"),
    };

    private static bool IsNumber(object? value) => value is long or ulong or double;

    private static int? CompareNumbers(object left, object right)
    {
        if (left is double || right is double)
        {
            var (a, b) = (Convert.ToDouble(left, CultureInfo.InvariantCulture), Convert.ToDouble(right, CultureInfo.InvariantCulture));
            return double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
        }

        return Convert.ToDecimal(left, CultureInfo.InvariantCulture).CompareTo(Convert.ToDecimal(right, CultureInfo.InvariantCulture));
    }
}
