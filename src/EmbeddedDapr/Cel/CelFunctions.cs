using System.Globalization;
using System.Text.RegularExpressions;

namespace EmbeddedDapr.Cel;

/// <summary>Operators and functions on evaluated operands.</summary>
internal static class CelFunctions
{
    /// <summary>Names that are functions, whether called as <c>f(a, b)</c> or <c>a.f(b)</c>, and their operand counts.</summary>
    public static readonly IReadOnlyDictionary<string, int> Operands = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["size"] = 1,
        ["startsWith"] = 2,
        ["endsWith"] = 2,
        ["contains"] = 2,
        ["matches"] = 2,
        ["int"] = 1,
        ["uint"] = 1,
        ["double"] = 1,
        ["string"] = 1,
        ["bool"] = 1,
        ["dyn"] = 1,
        ["type"] = 1,
    };

    public static object? Call(string name, object?[] values) => name switch
    {
        "==" => CelValues.Equals(values[0], values[1]),
        "!=" => !CelValues.Equals(values[0], values[1]),
        "<" => CelValues.Compare(values[0], values[1]) < 0,
        "<=" => CelValues.Compare(values[0], values[1]) <= 0,
        ">" => CelValues.Compare(values[0], values[1]) > 0,
        ">=" => CelValues.Compare(values[0], values[1]) >= 0,
        "in" => In(values[0], values[1]),
        "!" => values[0] is bool truth ? !truth : throw NoOverload(name, values),
        "negate" => Negate(values[0]),
        "+" or "-" or "*" or "/" or "%" => Arithmetic(name, values),
        "size" => Size(values[0]),
        "startsWith" => Texts(name, values, (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        "endsWith" => Texts(name, values, (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        "contains" => Texts(name, values, (text, part) => text.Contains(part, StringComparison.Ordinal)),
        "matches" => Texts(name, values, Matches),
        "int" => ToInt(values[0]),
        "uint" => ToUInt(values[0]),
        "double" => ToDouble(values[0]),
        "string" => CelValues.Text(values[0]),
        "bool" => ToBool(values[0]),
        "dyn" => values[0],
        "type" => CelValues.TypeName(values[0]),
        _ => throw new CelException($"unknown function {name}"),
    };

    private static CelException NoOverload(string name, object?[] values) =>
        new($"no such overload: {name}({string.Join(", ", values.Select(CelValues.TypeName))})");

    private static bool In(object? value, object? container)
    {
        if (CelValues.AsList(container) is { } list)
        {
            return list.Any(item => CelValues.Equals(item, value));
        }

        return CelValues.TryMember(container, CelValues.Text(value), out _);
    }

    private static object? Negate(object? value) => value switch
    {
        long number when number != long.MinValue => (object)-number,
        double number => (object)-number,
        _ => throw NoOverload("-", [value]),
    };

    private static object Arithmetic(string name, object?[] values)
    {
        try
        {
            return (values[0], values[1]) switch
            {
                (long a, long b) => Integers(name, a, b),
                (ulong a, ulong b) => Naturals(name, a, b),
                // JSON numbers are doubles, so that mixing them with integer literals must work, as it does when they are compared.
                (double or long, double or long) when name != "%" => Doubles(name, ToDouble(values[0]), ToDouble(values[1])),
                (string a, string b) when name == "+" => a + b,
                _ when name == "+" && CelValues.AsList(values[0]) is { } a && CelValues.AsList(values[1]) is { } b => a.Concat(b).ToList(),
                _ => throw NoOverload(name, values),
            };
        }
        catch (DivideByZeroException)
        {
            throw new CelException("division by zero");
        }
        catch (OverflowException)
        {
            throw new CelException("integer overflow");
        }
    }

    private static long Integers(string name, long a, long b) => name switch
    {
        "+" => checked(a + b),
        "-" => checked(a - b),
        "*" => checked(a * b),
        "/" => a / b,
        _ => b == -1 ? 0 : a % b,
    };

    private static ulong Naturals(string name, ulong a, ulong b) => name switch
    {
        "+" => checked(a + b),
        "-" => checked(a - b),
        "*" => checked(a * b),
        "/" => a / b,
        _ => a % b,
    };

    private static double Doubles(string name, double a, double b) => name switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        _ => a / b,
    };

    private static long Size(object? value) => value switch
    {
        // CEL counts code points.
        string text => text.EnumerateRunes().Count(),
        _ => (CelValues.AsList(value)?.Count ?? CelValues.KeysOf(value)?.Count) is { } count ? count : throw NoOverload("size", [value]),
    };

    private static bool Texts(string name, object?[] values, Func<string, string, bool> test) =>
        values is [string text, string part] ? test(text, part) : throw NoOverload(name, values);

    /// <summary>Without backtracking, so that no rule can take exponential time; the syntax is close to RE2's.</summary>
    private static bool Matches(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new CelException($"bad pattern '{pattern}'");
        }
    }

    private static long ToInt(object? value) => value switch
    {
        long number => number,
        ulong number when number <= long.MaxValue => (long)number,
        double number when number is > -9.2e18 and < 9.2e18 => (long)number,
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw NoOverload("int", [value]),
    };

    private static ulong ToUInt(object? value) => value switch
    {
        ulong number => number,
        long and >= 0 => (ulong)(long)value,
        double number when number is >= 0 and < 1.8e19 => (ulong)number,
        string text when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw NoOverload("uint", [value]),
    };

    private static double ToDouble(object? value) => value switch
    {
        double number => number,
        long number => number,
        ulong number => number,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw NoOverload("double", [value]),
    };

    private static bool ToBool(object? value) => value switch
    {
        bool truth => truth,
        "true" or "True" or "TRUE" or "t" or "1" => true,
        "false" or "False" or "FALSE" or "f" or "0" => false,
        _ => throw NoOverload("bool", [value]),
    };
}
