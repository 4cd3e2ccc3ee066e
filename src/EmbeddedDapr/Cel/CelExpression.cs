using System.Text.Json;

namespace EmbeddedDapr.Cel;

/// <summary>
/// A compiled expression of the Common Expression Language, as far as routing rules need it: literals, operators, member access, indexing,
/// <c>has()</c>, the list macros, strings and conversions. No timestamps, durations, bytes or messages. Immutable, thread safe.
/// </summary>
internal sealed class CelExpression
{
    private readonly CelNode _root;

    private CelExpression(CelNode root) => _root = root;

    /// <summary>Compiles; null with the reason when the text is no CEL.</summary>
    public static CelExpression? Compile(string text, out string error)
    {
        try
        {
            error = string.Empty;
            return new(new CelParser(CelLexer.Read(text)).Parse());
        }
        catch (CelException exception)
        {
            error = exception.Message;
            return null;
        }
    }

    /// <summary>Evaluates with one variable.</summary>
    /// <exception cref="CelException">An error, such as a missing member or mismatched types.</exception>
    public object? Evaluate(string variable, JsonElement value) => Evaluate(new(variable, CelValues.FromJson(value), null));

    /// <summary>Evaluates with several variables.</summary>
    /// <exception cref="CelException">An error, such as a missing member or mismatched types.</exception>
    public object? Evaluate(CelScope variables) => _root.Evaluate(variables);

    /// <summary>Evaluates to a boolean.</summary>
    /// <exception cref="CelException">An error, or the result is no boolean.</exception>
    public bool IsTrue(string variable, JsonElement value) =>
        Evaluate(variable, value) is bool truth ? truth : throw new CelException("the expression is no boolean");
}

/// <summary>Variables, innermost first.</summary>
internal sealed record CelScope(string Name, object? Value, CelScope? Outer);
