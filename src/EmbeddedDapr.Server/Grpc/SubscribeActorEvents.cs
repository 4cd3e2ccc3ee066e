using EmbeddedDapr.Actors;
using EmbeddedDapr.Runtime;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>
/// The rpc by which an app hosts actors without listening itself. (1) The first request names the types; (2) it is answered before the first turn; (3) every further request
/// answers a turn. The end of the stream withdraws the types and fails what is in flight; so does the stop of the sidecar.
/// </summary>
internal static partial class SubscribeActorEvents
{
    private const string Name = "SubscribeActorEventsAlpha1";

    /// <summary>Adds it to a gRPC server.</summary>
    public static void Bind(ServiceMethodProviderContext<DaprGrpcService> context)
    {
        var method = new Method<Proto.SubscribeActorEventsRequestAlpha1, Proto.SubscribeActorEventsResponseAlpha1>(
            MethodType.DuplexStreaming,
            UnaryMethods.Service,
            Name,
            GrpcMarshallers.Both(Proto.SubscribeActorEventsRequestAlpha1.Parser),
            GrpcMarshallers.Answer<Proto.SubscribeActorEventsResponseAlpha1>());
        context.AddDuplexStreamingMethod(
            method, [], static (service, requests, responses, call) => service.RunAsync(call, sidecar => RunAsync(sidecar, requests, responses, call)));
    }

    private static async Task RunAsync(
        Sidecar sidecar,
        IAsyncStreamReader<Proto.SubscribeActorEventsRequestAlpha1> requests,
        IServerStreamWriter<Proto.SubscribeActorEventsResponseAlpha1> responses,
        ServerCallContext call)
    {
        // Taken once: the sidecar may be gone before its streams have noticed.
        var stopping = sidecar.Stopping;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, stopping);
        if (Refusal(sidecar) is { } refusal)
        {
            throw new RpcException(refusal);
        }

        if (!await requests.MoveNext(both.Token))
        {
            throw new RpcException(new Status(StatusCode.Unknown, "EOF"));
        }

        if (requests.Current.InitialRequest is not { } initial)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "first message must be SubscribeActorEventsRequestInitialAlpha1"));
        }

        var configuration = Configuration(initial);
        var logger = sidecar.Loggers.CreateLogger(typeof(SubscribeActorEvents));
        var host = new ActorStreamHost();
        sidecar.Actors.Connect(configuration, host);
        Log.Connected(logger, sidecar.Options.AppId, string.Join(", ", configuration.Types.Keys));
        try
        {
            var writing = WriteAsync(host, responses, both.Token);
            var reading = ReadAsync(host, requests, logger, both.Token);
            await await Task.WhenAny(writing, reading);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The stream ends like any other.
        }
        finally
        {
            // Withdrawn first, so that no new turn comes here and fails.
            sidecar.Actors.Disconnect(configuration, host);
            host.Close();
            await both.CancelAsync();
            Log.Disconnected(logger, sidecar.Options.AppId);
        }
    }

    /// <summary>An app that is called over HTTP names its types in <c>/dapr/config</c>, and only there.</summary>
    private static Status? Refusal(Sidecar sidecar)
    {
        if (sidecar.Options.ActorsDisabled)
        {
            var error = ApiErrors.ActorNoPlacement();
            return new Status((StatusCode)error.Grpc, error.Message);
        }

        return sidecar.App is null || sidecar.Options.AppProtocol is "grpc" or "grpcs"
            ? null
            : new Status(StatusCode.FailedPrecondition, "actor callback streaming requires a gRPC app channel");
    }

    private static async Task WriteAsync(
        ActorStreamHost host,
        IServerStreamWriter<Proto.SubscribeActorEventsResponseAlpha1> responses,
        CancellationToken cancellationToken)
    {
        await responses.WriteAsync(new() { InitialResponse = new() }, cancellationToken);
        await foreach (var request in host.Outbox.ReadAllAsync(cancellationToken))
        {
            await responses.WriteAsync(request, cancellationToken);
        }
    }

    private static async Task ReadAsync(
        ActorStreamHost host,
        IAsyncStreamReader<Proto.SubscribeActorEventsRequestAlpha1> requests,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        while (await requests.MoveNext(cancellationToken))
        {
            if (!host.TryDeliver(requests.Current))
            {
                Log.UnknownAnswer(logger, requests.Current.RequestTypeCase.ToString());
            }
        }
    }

    private static ActorConfiguration Configuration(Proto.SubscribeActorEventsRequestInitialAlpha1 initial)
    {
        var common = Options(initial.ActorIdleTimeout, initial.Reentrancy);
        var types = initial.Entities.Distinct(StringComparer.Ordinal).ToDictionary(type => type, _ => common, StringComparer.Ordinal);
        var notHosted = new List<string>();
        foreach (var config in initial.EntitiesConfig)
        {
            // Replaced, not merged, as in /dapr/config (contract section 2.2).
            var own = Options(config.ActorIdleTimeout, config.Reentrancy);
            foreach (var type in config.Entities)
            {
                if (types.ContainsKey(type))
                {
                    types[type] = own;
                }
                else
                {
                    notHosted.Add(type);
                }
            }
        }

        return new ActorConfiguration { Types = types, NotHosted = notHosted };
    }

    private static ActorTypeOptions Options(Google.Protobuf.WellKnownTypes.Duration? idle, Proto.ActorReentrancyConfig? reentrancy)
    {
        var options = ActorTypeOptions.Default;
        if (idle is not null)
        {
            options = options with { IdleTimeout = idle.ToBoundedTimeSpan() };
        }

        return reentrancy is null
            ? options
            : options with { Reentrant = reentrancy.Enabled, StackDepthMax = reentrancy.HasMaxStackDepth ? reentrancy.MaxStackDepth : options.StackDepthMax };
    }

    private static partial class Log
    {
        [LoggerMessage(1220, LogLevel.Information, "App {AppId} hosts actors over a stream: {Types}")]
        public static partial void Connected(ILogger logger, string appId, string types);

        [LoggerMessage(1221, LogLevel.Information, "App {AppId}: its actor stream has ended")]
        public static partial void Disconnected(ILogger logger, string appId);

        [LoggerMessage(1222, LogLevel.Warning, "An actor stream brought an answer that nobody waits for: {Kind}")]
        public static partial void UnknownAnswer(ILogger logger, string kind);
    }
}
