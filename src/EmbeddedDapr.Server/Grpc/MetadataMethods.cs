using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Http;
using Google.Protobuf.WellKnownTypes;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpcs about the runtime itself (contract section 1.3).</summary>
internal static class MetadataMethods
{
    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        new UnaryMethod<Proto.GetMetadataRequest, Proto.GetMetadataResponse>(
            "GetMetadata", Proto.GetMetadataRequest.Parser, static (sidecar, _, _) => ValueTask.FromResult<ApiResult<Proto.GetMetadataResponse>>(Describe(sidecar))),
        new UnaryMethod<Proto.SetMetadataRequest, Empty>("SetMetadata", Proto.SetMetadataRequest.Parser, Set),
        new UnaryMethod<Proto.ShutdownRequest, Empty>("Shutdown", Proto.ShutdownRequest.Parser, Shutdown),
    ];

    private static ValueTask<ApiResult<Empty>> Set(Sidecar sidecar, Proto.SetMetadataRequest request, CancellationToken cancellationToken)
    {
        // An empty key is accepted and forgotten (recorded: grpc-metadata).
        if (request.Key.Length > 0)
        {
            sidecar.SetAttribute(request.Key, request.Value);
        }

        return new(new Empty());
    }

    private static ValueTask<ApiResult<Empty>> Shutdown(Sidecar sidecar, Proto.ShutdownRequest request, CancellationToken cancellationToken)
    {
        sidecar.Shutdown?.Invoke(false);
        return new(new Empty());
    }

    private static Proto.GetMetadataResponse Describe(Sidecar sidecar)
    {
        var (status, ready, placement) = RuntimeMetadata.ActorStatus(sidecar);
        var active = sidecar.ActiveActorTypes.Select(type => new Proto.ActiveActorsCount { Type = type.Key, Count = type.Value }).ToArray();
        var response = new Proto.GetMetadataResponse
        {
            Id = sidecar.Options.AppId,
            RuntimeVersion = Sidecar.RuntimeVersion,
            Workflows = new Proto.MetadataWorkflows(),
            ActorRuntime = new Proto.ActorRuntime
            {
                RuntimeStatus = System.Enum.Parse<Proto.ActorRuntime.Types.ActorRuntimeStatus>(status, ignoreCase: true),
                HostReady = ready,
                Placement = placement,
                ActiveActors = { active },
            },
            AppConnectionProperties = new Proto.AppConnectionProperties
            {
                Port = sidecar.Options.AppPort,
                Protocol = sidecar.Options.AppProtocol,
                ChannelAddress = sidecar.Options.AppHost,
                MaxConcurrency = Math.Max(0, sidecar.Options.AppConcurrencyMax),
            },
        };
        response.EnabledFeatures.Add(sidecar.EnabledFeatures);
        response.HttpEndpoints.Add(sidecar.HttpEndpoints.Select(endpoint => new Proto.MetadataHTTPEndpoint { Name = endpoint.Name }));
        if (sidecar.Options.SchedulerAddresses.Count > 0)
        {
            response.Scheduler = new Proto.MetadataScheduler { ConnectedAddresses = { sidecar.Options.SchedulerAddresses } };
        }

        if (sidecar.Options.AppHealth is { } health)
        {
            response.AppConnectionProperties.Health = new Proto.AppConnectionHealthProperties
            {
                HealthCheckPath = sidecar.Options.AppProtocol is "grpc" or "grpcs" ? string.Empty : health.Path,
                HealthProbeInterval = GoDuration.Format(health.ProbeInterval),
                HealthProbeTimeout = GoDuration.Format(health.ProbeTimeout),
                HealthThreshold = health.Threshold,
            };
        }

#pragma warning disable CS0612 // obsolete, and still sent by the real runtime
        response.ActiveActorsCount.Add(active);
#pragma warning restore CS0612
        foreach (var component in sidecar.DescribeComponents())
        {
            response.RegisteredComponents.Add(new Proto.RegisteredComponents
            {
                Name = component.Name,
                Type = component.Type,
                Version = component.Version,
                Capabilities = { component.Capabilities },
            });
        }

        response.ExtendedMetadata.Add(sidecar.Attributes.ToDictionary());
        response.ExtendedMetadata["daprRuntimeVersion"] = Sidecar.RuntimeVersion;
        foreach (var subscription in sidecar.Subscriptions)
        {
            var described = new Proto.PubsubSubscription
            {
                PubsubName = subscription.PubSubName,
                Topic = subscription.Topic,
                DeadLetterTopic = subscription.DeadLetterTopic ?? string.Empty,
                Type = System.Enum.Parse<Proto.PubsubSubscriptionType>(subscription.Kind.ToString(), ignoreCase: true),
                Rules = new Proto.PubsubSubscriptionRules { Rules = { subscription.Rules.Select(rule => new Proto.PubsubSubscriptionRule { Match = rule.Match, Path = rule.Path }) } },
            };
            described.Metadata.Add(subscription.Metadata.ToDictionary());
            response.Subscriptions.Add(described);
        }

        return response;
    }
}
