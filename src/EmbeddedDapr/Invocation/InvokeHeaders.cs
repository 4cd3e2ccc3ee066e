using EmbeddedDapr.Apps;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Tracing;

namespace EmbeddedDapr.Invocation;

/// <summary>Which headers travel with an invocation, and which are added (contract section 6.2).</summary>
public static class InvokeHeaders
{
    private const string TraceParentHeader = "traceparent";

    private const string CallerId = "dapr-caller-app-id";
    private const string CallerNamespace = "dapr-caller-namespace";
    private const string CalleeId = "dapr-callee-app-id";

    // Only a sidecar may say who calls. daprd lets a caller's own claims travel beside the real ones, so that an app may believe the wrong one.
    private static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", CallerId, CallerNamespace, CalleeId, "dapr-api-call",
    };

    /// <summary>A caller's header as it travels; null: it does not. <paramref name="name"/> changes where it is gRPC's own.</summary>
    /// <param name="name">Name.</param>
    /// <param name="options">Of the caller's sidecar: a token that is meant for it stays with it.</param>
    public static string? Travelling(string name, SidecarOptions options)
    {
        if (Kept.Contains(name) || HopByHop.Contains(name) || name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase)
            || (options.ApiToken is not null && name.Equals("dapr-api-token", StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        return name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) ? "dapr-" + name : name;
    }

    /// <summary>Headers towards the own app, or another sidecar's.</summary>
    internal static List<KeyValuePair<string, string>> ToApp(InvokeRequest request, SidecarOptions caller, bool isOwn)
    {
        var headers = WithTrace(request, capacity: 6);
        if (!isOwn)
        {
            Append(headers, "X-Forwarded-For", caller.HostAddress);
            Append(headers, "X-Forwarded-Host", Environment.MachineName);
            Append(headers, "Forwarded", $"for={caller.HostAddress};by={caller.HostAddress};host={Environment.MachineName}");
        }

        headers.Add(new(CallerId, caller.AppId));
        headers.Add(new(CallerNamespace, caller.Namespace));
        headers.Add(new(CalleeId, request.AppId));
        return headers;
    }

    /// <summary>Headers towards a service outside: nobody there knows apps.</summary>
    internal static List<KeyValuePair<string, string>> ToOutside(InvokeRequest request, IReadOnlyList<KeyValuePair<string, string>> own)
    {
        var headers = WithTrace(request, own.Count);
        foreach (var header in own)
        {
            headers.RemoveAll(given => given.Key.Equals(header.Key, StringComparison.OrdinalIgnoreCase));
            headers.Add(header);
        }

        return headers;
    }

    private static List<KeyValuePair<string, string>> WithTrace(InvokeRequest request, int capacity)
    {
        var headers = new List<KeyValuePair<string, string>>(request.Headers.Count + capacity + 1);
        headers.AddRange(request.Headers);
        if (!headers.Exists(static header => header.Key.Equals(TraceParentHeader, StringComparison.OrdinalIgnoreCase)))
        {
            headers.Add(new(TraceParentHeader, TraceParent.None));
        }

        return headers;
    }

    /// <summary>Who passed a call on is added to those that did before.</summary>
    private static void Append(List<KeyValuePair<string, string>> headers, string name, string value)
    {
        var index = headers.FindIndex(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
        {
            headers.Add(new(name, value));
        }
        else
        {
            headers[index] = new(name, $"{headers[index].Value}, {value}");
        }
    }
}
