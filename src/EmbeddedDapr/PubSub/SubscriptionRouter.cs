using System.Text.Json;
using EmbeddedDapr.Cel;

namespace EmbeddedDapr.PubSub;

/// <summary>The routing rules of a subscription, compiled (contract section 4.5). Immutable.</summary>
internal sealed class SubscriptionRouter
{
    private readonly (CelExpression? Match, AppRoute Route)[] _rules;

    private SubscriptionRouter((CelExpression? Match, AppRoute Route)[] rules) => _rules = rules;

    /// <summary>Compiles; null with the reason when an expression has a syntax error.</summary>
    public static SubscriptionRouter? Compile(IReadOnlyList<RouteRule> rules, out string error)
    {
        var compiled = new (CelExpression?, AppRoute)[rules.Count];
        for (var index = 0; index < compiled.Length; index++)
        {
            CelExpression? match = null;
            if (!string.IsNullOrWhiteSpace(rules[index].Match) && (match = CelExpression.Compile(rules[index].Match, out error)) is null)
            {
                return null;
            }

            compiled[index] = (match, AppRoute.From(rules[index].Path));
        }

        error = string.Empty;
        return new(compiled);
    }

    /// <summary>The first rule that is true; null: none.</summary>
    /// <exception cref="CelException">A rule cannot be evaluated for this event.</exception>
    public AppRoute? Route(ReadOnlyMemory<byte> envelope)
    {
        JsonDocument? document = null;
        try
        {
            foreach (var (match, route) in _rules)
            {
                if (match is null)
                {
                    return route;
                }

                document ??= JsonDocument.Parse(envelope, new JsonDocumentOptions { MaxDepth = 1000 });
                if (match.IsTrue("event", document.RootElement))
                {
                    return route;
                }
            }

            return null;
        }
        finally
        {
            document?.Dispose();
        }
    }
}
