using EmbeddedDapr.Apps;
using EmbeddedDapr.Resiliency;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Invocation;

/// <summary>
/// Service invocation of one sidecar (contract section 6): finds who is meant (the own app, an app of the same engine, another process, a service outside) and calls it
/// under the policy that applies. Thread safe.
/// </summary>
public sealed partial class InvokeApi
{
    private readonly Sidecar _sidecar;
    private readonly OutsideEndpoints _outside;

    internal InvokeApi(Sidecar sidecar) => (_sidecar, _outside) = (sidecar, new OutsideEndpoints(sidecar));

    /// <summary>Calls. An answer of the app is one whatever its status.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<InvokeResult> InvokeAsync(InvokeRequest request, CancellationToken cancellationToken)
    {
        if (request.AppId.Length == 0)
        {
            return new InvokeFault("app id is empty");
        }

        if (MethodPath.Clean(request.Method, out var fault) is not { } method)
        {
            return new InvokeFault("invalid method: " + fault, GrpcCode.InvalidArgument);
        }

        request = request with { Method = method, Query = MethodPath.SafeQuery(request.Query) };
        if (_sidecar.Resiliency.ForApp(request.AppId, method) is not { } policy)
        {
            return await CallAsync(request, cancellationToken);
        }

        var repeatable = request.Body.Length is not null;
        if (policy.MayRepeat && repeatable && !request.Body.IsWhole)
        {
            var (kept, broken) = await KeepAsync(request.Body, cancellationToken);
            if (broken is not null)
            {
                return broken;
            }

            request = request with { Body = kept };
        }

        var attempts = new Attempts(this, request, policy);
        var result = await policy.ExecuteAsync(static (attempts, token) => attempts.NextAsync(token), Judge, attempts, repeatable, cancellationToken);
        if (result.Fault == PolicyFault.None)
        {
            return result.Value;
        }

        await attempts.DropAsync();
        return new InvokeFault(result.Fault.Text());
    }

    private static Attempt Judge(InvokeResult result) => result switch
    {
        { Exchange: { } exchange } => Attempt.OfHttp(exchange.Status),
        { Fault.Code: { } code } => new(true, (int)code),
        _ => Attempt.Failed,
    };

    /// <summary>A body that comes once, read so that it can be sent again.</summary>
    private static async ValueTask<(StreamBody Body, InvokeFault? Fault)> KeepAsync(StreamBody body, CancellationToken cancellationToken)
    {
        try
        {
            using var bytes = new MemoryStream();
            await body.Open().CopyToAsync(bytes, cancellationToken);
            return (new(bytes.ToArray()), null);
        }
        catch (IOException exception)
        {
            return (StreamBody.Empty, new InvokeFault(exception.Message));
        }
    }

    private async ValueTask<InvokeResult> CallAsync(InvokeRequest request, CancellationToken cancellationToken)
    {
        if (_outside.Find(request.AppId) is { } endpoint)
        {
            return await _outside.CallAsync(endpoint, request, cancellationToken);
        }

        var appId = AppIds.WithoutNamespace(request.AppId);
        if (appId is null)
        {
            return new InvokeFault($"invalid app id {request.AppId}");
        }

        if (appId == _sidecar.Options.AppId)
        {
            return await CallOwnAppAsync(request, cancellationToken);
        }

        if (_sidecar.Siblings?.Invoke(appId) is { } sibling)
        {
            return MethodPath.Escape(request.Method) is { } path ? await sibling.Invoke.ServeAsync(Call(request with { AppId = appId }, path), cancellationToken) : BadEscape(request.Method, GrpcCode.Internal);
        }

        return await CallPeerAsync(request with { AppId = appId }, cancellationToken);
    }

    private async ValueTask<InvokeResult> CallOwnAppAsync(InvokeRequest request, CancellationToken cancellationToken)
    {
        if (_sidecar.App is not { } app)
        {
            return new InvokeFault("cannot invoke local endpoint: app channel not initialized");
        }

        if (MethodPath.Escape(request.Method) is not { } path)
        {
            return BadEscape(request.Method, null);
        }

        try
        {
            return await app.OpenAsync(Request(request, path, isOwn: true), cancellationToken);
        }
        catch (AppUnreachableException exception)
        {
            return new InvokeFault(exception.Message);
        }
    }

    private async ValueTask<InvokeResult> CallPeerAsync(InvokeRequest request, CancellationToken cancellationToken)
    {
        if (MethodPath.Escape(request.Method) is not { } path)
        {
            return BadEscape(request.Method, GrpcCode.Internal);
        }

        if (_sidecar.Peers is not { } peers)
        {
            return new InvokeFault("no host found with the given ID");
        }

        var call = Call(request, path);
        if (_sidecar.Resiliency.NamesApp(request.AppId) || request.Body.Length is null)
        {
            return await peers.CallAsync(request.AppId, call, cancellationToken);
        }

        var result = await _sidecar.Resiliency.ServiceRetries.ExecuteAsync(
            static (state, token) => state.Peers.CallAsync(state.AppId, state.Call, token),
            static result => Attempt.Of(result.Fault is not { IsUnsent: true }),
            (Peers: peers, request.AppId, Call: call),
            repeatable: true,
            cancellationToken);
        return result.Value;
    }

    private static InvokeFault BadEscape(string method, GrpcCode? code) =>
        new($"{(code is null ? string.Empty : "error invoking app channel: ")}parse \"/{method}\": invalid URL escape", code);

    private PeerCall Call(InvokeRequest request, string path) => new()
    {
        CallerId = _sidecar.Options.AppId,
        CallerNamespace = _sidecar.Options.Namespace,
        Method = request.Method,
        Request = Request(request, path, isOwn: false),
    };

    private AppStreamRequest Request(InvokeRequest request, string path, bool isOwn) => new()
    {
        Method = request.Verb,
        Path = path,
        Query = request.Query,
        Headers = InvokeHeaders.ToApp(request, _sidecar.Options, isOwn),
        Body = request.Body,
    };

    /// <summary>The attempts of one call: an answer that is not the last one is given up.</summary>
    private sealed class Attempts(InvokeApi api, InvokeRequest request, ResiliencyPolicy policy)
    {
        private AppExchange? _last;

        public async ValueTask<InvokeResult> NextAsync(CancellationToken cancellationToken)
        {
            await DropAsync();
            var result = await api.CallAsync(request, cancellationToken);
            _last = result.Exchange;

            // The timeout is over when this method returns, so that the body must be there by then.
            if (_last is null || !policy.HasTimeout)
            {
                return result;
            }

            try
            {
                return _last = await _last.BufferAsync(cancellationToken);
            }
            catch (AppUnreachableException exception)
            {
                _last = null;
                return new InvokeFault(exception.Message);
            }
        }

        public ValueTask DropAsync() => Interlocked.Exchange(ref _last, null) is { } last ? last.DisposeAsync() : ValueTask.CompletedTask;
    }
}
