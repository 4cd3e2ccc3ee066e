using System.Globalization;

namespace EmbeddedDapr.Cel;

/// <summary>Recursive descent over tokens (CEL specification, grammar). One use.</summary>
internal sealed class CelParser(List<CelToken> tokens)
{
    /// <summary>Deepest nesting, so that a rule cannot exhaust the stack.</summary>
    private const int DepthMax = 100;

    private static readonly string[] Relations = ["==", "!=", "<", "<=", ">", ">="];

    private int _at;
    private int _depth;

    private CelToken Current => tokens[_at];

    public CelNode Parse()
    {
        var node = Expression();
        return Current.Kind == CelTokenKind.End ? node : throw Unexpected();
    }

    private CelNode Expression()
    {
        if (++_depth > DepthMax)
        {
            throw new CelException("the expression is nested too deeply");
        }

        var test = Or();
        if (TakeSymbol("?"))
        {
            var then = Or();
            Expect(":");
            test = new CelConditional(test, then, Expression());
        }

        _depth--;
        return test;
    }

    private CelNode Or()
    {
        var left = And();
        while (TakeSymbol("||"))
        {
            left = new CelLogic(left, And(), Decides: true);
        }

        return left;
    }

    private CelNode And()
    {
        var left = Relation();
        while (TakeSymbol("&&"))
        {
            left = new CelLogic(left, Relation(), Decides: false);
        }

        return left;
    }

    private CelNode Relation()
    {
        var left = Sum();
        while (true)
        {
            if (Current is { Kind: CelTokenKind.Identifier, Text: "in" })
            {
                _at++;
                left = new CelCall("in", [left, Sum()]);
            }
            else if (Current.Kind == CelTokenKind.Symbol && Relations.Contains(Current.Text))
            {
                var name = tokens[_at++].Text;
                left = new CelCall(name, [left, Sum()]);
            }
            else
            {
                return left;
            }
        }
    }

    private CelNode Sum() => Chain(Product, "+", "-");

    private CelNode Product() => Chain(Unary, "*", "/", "%");

    private CelNode Chain(Func<CelNode> operand, params string[] operators)
    {
        var left = operand();
        while (Current.Kind == CelTokenKind.Symbol && operators.Contains(Current.Text))
        {
            var name = tokens[_at++].Text;
            left = new CelCall(name, [left, operand()]);
        }

        return left;
    }

    private CelNode Unary()
    {
        if (++_depth > DepthMax)
        {
            throw new CelException("the expression is nested too deeply");
        }

        CelNode node;
        if (TakeSymbol("!"))
        {
            node = new CelCall("!", [Unary()]);
        }
        else if (TakeSymbol("-"))
        {
            // The smallest integer has no positive counterpart, so the sign belongs to the literal.
            node = Current.Kind == CelTokenKind.Int ? Postfix(Integer("-" + tokens[_at++].Text)) : new CelCall("negate", [Unary()]);
        }
        else
        {
            node = Postfix(Primary());
        }

        _depth--;
        return node;
    }

    private CelNode Postfix(CelNode node)
    {
        while (true)
        {
            if (TakeSymbol("["))
            {
                node = new CelIndex(node, Expression());
                Expect("]");
            }
            else if (TakeSymbol("."))
            {
                var name = Current.Kind == CelTokenKind.Identifier ? tokens[_at++].Text : throw Unexpected();
                node = TakeSymbol("(") ? Method(node, name) : new CelMember(node, name);
            }
            else
            {
                return node;
            }
        }
    }

    private CelNode Primary()
    {
        var token = tokens[_at];
        switch (token.Kind)
        {
            case CelTokenKind.Int:
                _at++;
                return Integer(token.Text);
            case CelTokenKind.UInt:
                _at++;
                return Natural(token.Text);
            case CelTokenKind.Double:
                _at++;
                return new CelLiteral(double.Parse(token.Text, CultureInfo.InvariantCulture));
            case CelTokenKind.Text:
                _at++;
                return new CelLiteral(token.Text);
            case CelTokenKind.Identifier when token.Text != "in":
                _at++;
                return token.Text switch
                {
                    "true" => new CelLiteral(true),
                    "false" => new CelLiteral(false),
                    "null" => new CelLiteral(null),
                    _ => TakeSymbol("(") ? Function(token.Text) : new CelVariable(token.Text),
                };
        }

        if (TakeSymbol("("))
        {
            var inner = Expression();
            Expect(")");
            return inner;
        }

        if (TakeSymbol("["))
        {
            return new CelList(Items("]"));
        }

        return TakeSymbol("{") ? Map() : throw Unexpected();
    }

    private CelNode Function(string name)
    {
        var operands = Items(")");
        if (name == "has")
        {
            return operands is [CelMember member] ? new CelHas(member) : throw new CelException("has() takes a member, such as has(event.data.x)");
        }

        return Call(name, operands);
    }

    private CelNode Method(CelNode target, string name)
    {
        var operands = Items(")");
        if (name is "all" or "exists" or "exists_one" or "filter" or "map")
        {
            return operands is [CelVariable variable, var body]
                ? new CelComprehension(name, target, variable.Name, body)
                : throw new CelException($"{name}() takes a variable and an expression");
        }

        return Call(name, [target, .. operands]);
    }

    private static CelCall Call(string name, List<CelNode> operands)
    {
        if (!CelFunctions.Operands.TryGetValue(name, out var count))
        {
            throw new CelException($"unknown function {name}");
        }

        return operands.Count == count ? new CelCall(name, operands) : throw new CelException($"{name}() takes {count} operands");
    }

    private CelMap Map()
    {
        var entries = new List<(CelNode, CelNode)>();
        while (!TakeSymbol("}"))
        {
            var key = Expression();
            Expect(":");
            entries.Add((key, Expression()));
            if (!TakeSymbol(","))
            {
                Expect("}");
                break;
            }
        }

        return new(entries);
    }

    private List<CelNode> Items(string end)
    {
        var items = new List<CelNode>();
        while (!TakeSymbol(end))
        {
            items.Add(Expression());
            if (!TakeSymbol(","))
            {
                Expect(end);
                break;
            }
        }

        return items;
    }

    private static CelLiteral Integer(string text)
    {
        var negative = text[0] == '-';
        var digits = negative ? text[1..] : text;
        var value = Digits(digits);
        return value <= (UInt128)long.MaxValue + (negative ? 1u : 0u)
            ? new(negative ? (long)-(Int128)value : (long)value)
            : throw new CelException($"integer {text} is too large");
    }

    private static CelLiteral Natural(string text)
    {
        var value = Digits(text);
        return value <= ulong.MaxValue ? new((ulong)value) : throw new CelException($"integer {text} is too large");
    }

    private static UInt128 Digits(string text)
    {
        var hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return UInt128.TryParse(
            hex ? text[2..] : text,
            hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var value)
                ? value
                : throw new CelException($"bad integer {text}");
    }

    private bool TakeSymbol(string symbol)
    {
        if (Current.Kind != CelTokenKind.Symbol || Current.Text != symbol)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!TakeSymbol(symbol))
        {
            throw Unexpected($", expected '{symbol}'");
        }
    }

    private CelException Unexpected(string expected = "") =>
        new(Current.Kind == CelTokenKind.End ? $"the expression ends too early{expected}" : $"unexpected '{Current.Text}' at {Current.At}{expected}");
}
