using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Invocation;

/// <summary>A call of another app's method, or of the own one's.</summary>
public sealed record InvokeRequest
{
    /// <summary>App id, name of an HTTPEndpoint, or a URL.</summary>
    public required string AppId { get; init; }

    /// <summary>The method, percent escapes taken out once.</summary>
    public required string Method { get; init; }

    /// <summary>HTTP verb.</summary>
    public required string Verb { get; init; }

    /// <summary>Query without <c>?</c>; null: none.</summary>
    public string? Query { get; init; }

    /// <summary>The caller's headers that travel, see <see cref="InvokeHeaders"/>.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>Body.</summary>
    public StreamBody Body { get; init; } = StreamBody.Empty;
}

/// <summary>Why a call has no answer of the app.</summary>
/// <param name="Text">As daprd says it.</param>
/// <param name="Code">Code that the other sidecar gave; null: it did not get so far.</param>
/// <param name="IsUnsent">Nothing has been sent, so that the call may be made again whatever it does.</param>
public sealed record InvokeFault(string Text, GrpcCode? Code = null, bool IsUnsent = false)
{
    /// <summary>The fault as a caller's sidecar tells it.</summary>
    internal string Told => Code is { } code ? $"rpc error: code = {code} desc = {Text}" : Text;
}

/// <summary>An answer of the app, or why there is none.</summary>
/// <param name="Exchange">The answer; null with a fault. Whoever gets it disposes it.</param>
/// <param name="Fault">Why there is none; null with an answer.</param>
public readonly record struct InvokeResult(AppExchange? Exchange, InvokeFault? Fault)
{
    /// <summary>There is an answer.</summary>
    public static implicit operator InvokeResult(AppExchange exchange) => new(exchange, null);

    /// <summary>There is none.</summary>
    public static implicit operator InvokeResult(InvokeFault fault) => new(null, fault);
}

/// <summary>A call as it comes to the sidecar of the app that is called.</summary>
public sealed record PeerCall
{
    /// <summary>App id of the caller.</summary>
    public required string CallerId { get; init; }

    /// <summary>Its namespace.</summary>
    public required string CallerNamespace { get; init; }

    /// <summary>The cleaned method, for access control.</summary>
    public required string Method { get; init; }

    /// <summary>The call.</summary>
    public required AppStreamRequest Request { get; init; }
}
