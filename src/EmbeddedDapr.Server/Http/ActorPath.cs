using System.Net;

namespace EmbeddedDapr.Server.Http;

/// <summary>What a path under <c>/v1.0/actors</c> names.</summary>
internal enum ActorPathKind
{
    Method,
    State,
    StateKey,
    Reminder,
    Timer,
}

/// <summary>
/// A path of the actor API, taken from the raw request target: segments are split before they are decoded, so that an encoded slash stays inside its segment (contract
/// sections 1.6, 2.1).
/// </summary>
internal readonly record struct ActorPath(ActorPathKind Kind, string ActorType, string ActorId, string Name)
{
    /// <summary>False: not a path of the actor API. Repeated slashes and one at the end do not matter; the query, if any, is ignored.</summary>
    public static bool TryParse(ReadOnlySpan<char> target, out ActorPath path)
    {
        path = default;
        var end = target.IndexOf('?');
        var rest = end < 0 ? target : target[..end];
        if (!TryNext(ref rest, out var segment) || segment is not "v1.0" || !TryNext(ref rest, out segment) || segment is not "actors")
        {
            return false;
        }

        if (!TryNext(ref rest, out var type) || !TryNext(ref rest, out var id) || !TryNext(ref rest, out var section))
        {
            return false;
        }

        var hasName = TryNext(ref rest, out var name);
        if (TryNext(ref rest, out _) || IsDots(type) || IsDots(id) || IsDots(name))
        {
            return false;
        }

        ActorPathKind? kind = section switch
        {
            "method" when hasName => ActorPathKind.Method,
            "state" => hasName ? ActorPathKind.StateKey : ActorPathKind.State,
            "reminders" when hasName => ActorPathKind.Reminder,
            "timers" when hasName => ActorPathKind.Timer,
            _ => null,
        };
        if (kind is null)
        {
            return false;
        }

        path = new ActorPath(kind.Value, Decode(type), Decode(id), hasName ? Decode(name) : string.Empty);
        return true;
    }

    private static bool TryNext(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> segment)
    {
        rest = rest.TrimStart('/');
        var end = rest.IndexOf('/');
        segment = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[end..];
        return segment.Length > 0;
    }

    private static bool IsDots(ReadOnlySpan<char> segment) => segment is "." or "..";

    // As Go's QueryUnescape, which the real runtime uses for path parameters: a plus is a space.
    private static string Decode(ReadOnlySpan<char> segment) =>
        segment.ContainsAny('%', '+') ? WebUtility.UrlDecode(segment.ToString()) : segment.ToString();
}
