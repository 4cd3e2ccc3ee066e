using System.Globalization;

namespace EmbeddedDapr.Cel;

/// <summary>A node of a parsed expression.</summary>
internal abstract record CelNode
{
    /// <exception cref="CelException">It has no value here.</exception>
    public abstract object? Evaluate(CelScope? scope);
}

internal sealed record CelLiteral(object? Value) : CelNode
{
    public override object? Evaluate(CelScope? scope) => Value;
}

internal sealed record CelVariable(string Name) : CelNode
{
    public override object? Evaluate(CelScope? scope)
    {
        for (var at = scope; at is not null; at = at.Outer)
        {
            if (at.Name == Name)
            {
                return at.Value;
            }
        }

        throw new CelException($"no such attribute: {Name}");
    }
}

internal sealed record CelMember(CelNode Target, string Name) : CelNode
{
    public override object? Evaluate(CelScope? scope) =>
        CelValues.TryMember(Target.Evaluate(scope), Name, out var member) ? member : throw new CelException($"no such key: {Name}");

    /// <summary><c>has()</c>: whether the member is there; its target must be.</summary>
    public bool Exists(CelScope? scope) => CelValues.TryMember(Target.Evaluate(scope), Name, out _);
}

internal sealed record CelIndex(CelNode Target, CelNode Key) : CelNode
{
    public override object? Evaluate(CelScope? scope)
    {
        var target = Target.Evaluate(scope);
        var key = Key.Evaluate(scope);
        if (CelValues.AsList(target) is not { } list)
        {
            return CelValues.TryMember(target, CelValues.Text(key), out var member) ? member : throw new CelException($"no such key: {key}");
        }

        var index = key is long or ulong or double ? Convert.ToDouble(key, CultureInfo.InvariantCulture) : double.NaN;
        return index >= 0 && index < list.Count && index == Math.Floor(index) ? list[(int)index] : throw new CelException($"index out of bounds: {key}");
    }
}

internal sealed record CelHas(CelMember Member) : CelNode
{
    public override object? Evaluate(CelScope? scope) => Member.Exists(scope);
}

internal sealed record CelList(IReadOnlyList<CelNode> Items) : CelNode
{
    public override object? Evaluate(CelScope? scope) => Items.Select(item => item.Evaluate(scope)).ToList();
}

internal sealed record CelMap(IReadOnlyList<(CelNode Key, CelNode Value)> Entries) : CelNode
{
    public override object? Evaluate(CelScope? scope)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in Entries)
        {
            if (!map.TryAdd(CelValues.Text(key.Evaluate(scope)), value.Evaluate(scope)))
            {
                throw new CelException("a map has a key twice");
            }
        }

        return map;
    }
}

internal sealed record CelConditional(CelNode Test, CelNode Then, CelNode Else) : CelNode
{
    public override object? Evaluate(CelScope? scope) => Test.Evaluate(scope) is bool truth
        ? (truth ? Then : Else).Evaluate(scope)
        : throw new CelException("no such overload: the condition is no boolean");
}

/// <summary><c>&amp;&amp;</c> and <c>||</c>: the side that decides wins even when the other one has an error, whichever comes first.</summary>
internal sealed record CelLogic(CelNode Left, CelNode Right, bool Decides) : CelNode
{
    public override object? Evaluate(CelScope? scope)
    {
        CelException? fault = null;
        foreach (var side in (ReadOnlySpan<CelNode>)[Left, Right])
        {
            try
            {
                if (side.Evaluate(scope) is not bool truth)
                {
                    fault ??= new CelException("no such overload: an operand is no boolean");
                }
                else if (truth == Decides)
                {
                    return Decides;
                }
            }
            catch (CelException exception)
            {
                fault ??= exception;
            }
        }

        return fault is null ? !Decides : throw fault;
    }
}

/// <summary>A unary or binary operator, or a function, with its operands evaluated.</summary>
internal sealed record CelCall(string Name, IReadOnlyList<CelNode> Operands) : CelNode
{
    public override object? Evaluate(CelScope? scope)
    {
        var values = new object?[Operands.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = Operands[index].Evaluate(scope);
        }

        return CelFunctions.Call(Name, values);
    }
}

/// <summary>The macros <c>all exists exists_one filter map</c> over a list or the keys of a map.</summary>
internal sealed record CelComprehension(string Macro, CelNode Range, string Variable, CelNode Body) : CelNode
{
    public override object? Evaluate(CelScope? scope)
    {
        var range = Range.Evaluate(scope);
        var items = CelValues.AsList(range) ?? CelValues.KeysOf(range) ?? throw new CelException($"no such overload: {Macro} over {CelValues.TypeName(range)}");
        if (Macro == "map")
        {
            return items.Select(item => Body.Evaluate(new(Variable, item, scope))).ToList();
        }

        var matching = new List<object?>();
        CelException? fault = null;
        foreach (var item in items)
        {
            try
            {
                var matches = Body.Evaluate(new(Variable, item, scope)) as bool? ?? throw new CelException($"no such overload: the body of {Macro} is no boolean");
                if (matches != (Macro != "all"))
                {
                    continue;
                }

                if (Macro is "all" or "exists")
                {
                    return Macro == "exists";
                }

                matching.Add(item);
            }
            catch (CelException exception)
            {
                // As with the logical operators, an item that decides wins over one in error.
                fault ??= exception;
            }
        }

        if (fault is not null)
        {
            throw fault;
        }

        return Macro switch { "all" => true, "exists" => false, "exists_one" => matching.Count == 1, _ => matching };
    }
}
