using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Resiliency;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Actors;

/// <summary>A call of an actor's method.</summary>
public readonly record struct ActorInvocation
{
    /// <summary>Actor type.</summary>
    public required string ActorType { get; init; }

    /// <summary>Actor id.</summary>
    public required string ActorId { get; init; }

    /// <summary>Method.</summary>
    public required string Method { get; init; }

    /// <summary>Query without <c>?</c>, percent-encoded; null: none.</summary>
    public string? Query { get; init; }

    /// <summary>Content type; null: none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Headers to forward: neither hop-by-hop ones nor content type, content length, tokens; null: none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Headers { get; init; }

    /// <summary>Body; must stay unchanged until the call returned.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>The actor API of one app's sidecar (contract section 2). Thread safe.</summary>
public sealed partial class ActorApi : IAsyncDisposable
{
    /// <summary>Header that ties the calls of one chain together.</summary>
    public const string ReentrancyHeader = "Dapr-Reentrancy-Id";

    /// <summary>Header of an answer that is an error of the actor's own method (contract section 2.3).</summary>
    public const string ErrorHeader = "X-DaprErrorResponseHeader";

    private const string TraceParent = "traceparent";

    // What daprd sends when nothing says how to trace (contract section 1.7).
    private const string NoTrace = "00-00000000000000000000000000000000-0000000000000000-00";

    private readonly Sidecar _sidecar;
    private readonly KeyValuePair<string, string>[] _stamps;
    private readonly KeyValuePair<string, string>[] _stampsWithoutTrace;

    internal ActorApi(Sidecar sidecar, ActorRuntime runtime)
    {
        _sidecar = sidecar;
        Runtime = runtime;
        _stampsWithoutTrace =
        [
            new("dapr-api-call", "true"),
            new("dapr-caller-app-id", sidecar.Options.AppId),
            new("dapr-caller-namespace", sidecar.Options.Namespace),
        ];
        _stamps = [.. _stampsWithoutTrace, new(TraceParent, NoTrace)];
        _store = FindStore(sidecar);
        _statePrefix = sidecar.Options.AppId + "||";
        _timers = new ActorTimers(this, runtime, sidecar.Loggers);
        _reminders = new ReminderScheduler(runtime, sidecar, _store is null ? null : _store.Instance.Feature<IReminderStoreProvider>()?.Reminders ?? sidecar.Components.Schedules);
    }

    /// <summary>All actors of the engine.</summary>
    public ActorRuntime Runtime { get; }

    /// <summary>Whether this sidecar can host actors: it has an actor state store.</summary>
    public bool HasStateStore => _store is not null;

    /// <summary>The actor state store; null: there is none.</summary>
    internal EmbeddedDapr.State.IStateStore? Store => _store?.Instance;

    /// <summary>Reminders in memory, for tests.</summary>
    internal int RemindersInMemory => _reminders.InMemory;

    /// <summary>Of those the ones that wait for their time, for tests.</summary>
    internal int RemindersWaiting => _reminders.Waiting;

    /// <summary>For messages of tests that waited in vain.</summary>
    internal string DescribeReminders() => _reminders.ToString();

    /// <summary>Hosts the types that the app declared, if there is an actor state store for them.</summary>
    public void Host(ActorConfiguration configuration)
    {
        if (_sidecar.App is not null)
        {
            Connect(configuration, new HttpActorHost(_sidecar.App));
        }
    }

    /// <summary>Hosts types at <paramref name="host"/> until <see cref="Disconnect"/>.</summary>
    internal void Connect(ActorConfiguration configuration, IActorHost host)
    {
        if (_store is not null && configuration.Types.Count > 0 && !_sidecar.Options.ActorsDisabled)
        {
            _reminders.Start(Runtime.Register(_sidecar, configuration, host));
        }
    }

    /// <summary>A host has gone. Types that have no other host are withdrawn; their reminders wait in the store.</summary>
    internal void Disconnect(ActorConfiguration configuration, IActorHost host) =>
        _reminders.Stop(Runtime.Withdraw(_sidecar, configuration.Types.Keys, host));

    /// <summary>Calls a method and answers what the app answered: always status 200, everything else is an error (contract section 2.4).</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public ValueTask<ApiResult<AppResponse>> InvokeAsync(ActorInvocation call, CancellationToken cancellationToken)
    {
        if (_sidecar.Options.ActorsDisabled)
        {
            return new(ApiErrors.ActorNoPlacement());
        }

        if (ActorNames.Fault(call.ActorType) is { } typeFault)
        {
            return new(ApiErrors.BadRequest($"invalid actorType: {typeFault}"));
        }

        if (ActorNames.Fault(call.ActorId) is { } idFault)
        {
            return new(ApiErrors.BadRequest($"invalid actorId: {idFault}"));
        }

        if (ActorNames.CleanMethod(call.Method) is not { } method)
        {
            return new(ApiErrors.BadRequest($"invalid actor method: method contains forbidden character: \"{call.Method}\""));
        }

        return _sidecar.Resiliency.ForActorCall(call.ActorType, call.ActorId) is { } policy
            ? InvokeAsync(policy, call, method, cancellationToken)
            : InvokeAsync(call, method, cancellationToken);
    }

    /// <summary>Stops timers and reminders; the runtime is stopped apart. A second time is fine.</summary>
    public async ValueTask DisposeAsync()
    {
        _timers.Dispose();
        await _reminders.DisposeAsync();
    }

    private async ValueTask<ApiResult<AppResponse>> InvokeAsync(ActorInvocation call, string method, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Runtime.IsClosed)
            {
                return ApiErrors.ActorRuntimeClosed();
            }

            // An empty type or id is looked up like any other, and found nowhere (recorded: grpc-actor-invoke-names).
            var type = call.ActorId.Length == 0 ? null : Runtime.Find(call.ActorType);
            type ??= await Runtime.FindAsync(call.ActorId.Length == 0 ? string.Empty : call.ActorType, cancellationToken);
            if (type is null)
            {
                return Runtime.IsClosed ? ApiErrors.ActorRuntimeClosed() : ApiErrors.ActorNoAddress(call.ActorType, call.ActorId);
            }

            var (headers, chain) = Headers(call.Headers, type.Options.Reentrant);
            var turn = new ActorTurn
            {
                Kind = ActorTurnKind.Method,
                Name = method,
                Query = call.Query,
                ContentType = call.ContentType,
                Headers = headers,
                Body = call.Body,
            };
            if (await type.TurnAsync(call.ActorId, turn, chain, cancellationToken) is { } result)
            {
                return Answer(call, method, result);
            }
        }
    }

    private static ApiResult<AppResponse> Answer(in ActorInvocation call, string method, ApiResult<AppResponse> result)
    {
        if (result.Error is not null)
        {
            return result;
        }

        return result.Value.Status switch
        {
            200 => result,
            404 => ApiErrors.ActorInvoke($"actor method not found: actors/{call.ActorType}/{call.ActorId}/method/{method}"),
            var status => ApiErrors.ActorInvoke($"error from actor service: ({status}) {Text(result.Value)}"),
        };
    }

    private async ValueTask<ApiResult<AppResponse>> InvokeAsync(ResiliencyPolicy policy, ActorInvocation call, string method, CancellationToken cancellationToken)
    {
        var result = await policy.ExecuteAsync(
            static (state, token) => state.Api.InvokeAsync(state.Call, state.Method, token),
            static result => Attempt.Of(result.Error is null),
            (Api: this, Call: call, Method: method),
            repeatable: true,
            cancellationToken);
        return result.Fault == PolicyFault.None ? result.Value : ApiErrors.ActorInvoke(result.Fault.Text());
    }

    /// <summary>The caller's headers and the runtime's own; the reentrancy id is made here when a chain begins.</summary>
    private (IReadOnlyList<KeyValuePair<string, string>> Headers, string? Chain) Headers(IReadOnlyList<KeyValuePair<string, string>>? given, bool reentrant)
    {
        if (given is null or { Count: 0 } && !reentrant)
        {
            return (_stamps, null);
        }

        var headers = new List<KeyValuePair<string, string>>((given?.Count ?? 0) + 5);
        string? chain = null;
        var traced = false;
        foreach (var header in given ?? [])
        {
            if (reentrant && header.Key.Equals(ReentrancyHeader, StringComparison.OrdinalIgnoreCase))
            {
                chain = header.Value;
                continue;
            }

            traced |= header.Key.Equals(TraceParent, StringComparison.OrdinalIgnoreCase);
            headers.Add(header);
        }

        headers.AddRange(traced ? _stampsWithoutTrace : _stamps);
        if (!reentrant)
        {
            return (headers, null);
        }

        chain = string.IsNullOrEmpty(chain) ? Guid.NewGuid().ToString() : chain;
        headers.Add(new(ReentrancyHeader, chain));
        return (headers, chain);
    }

    private static string Text(AppResponse response) => System.Text.Encoding.UTF8.GetString(response.Body.Span);
}
