using Dapr;
using Dapr.Actors.Runtime;
using Dapr.AspNetCore;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Sidecar;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Bookkeeping;

internal static class BookkeepingSetup
{
    // Below what the garbage collector treats as a large object.
    private const int MessagesMax = 50;
    private const int AwaitMs = 50;

    public static IHostApplicationBuilder AddBookkeeping(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<BookkeepingOptions>().BindConfiguration(BookkeepingOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BookkeepingOptions>, BookkeepingOptionsValidator>();
        services.AddSingleton<BookkeepingMetrics>();
        services.AddSingleton<DirectoryActors>();
        services.AddSingleton<Bookkeeper>();
        services.AddSingleton<BookkeepingFeed>();
        services.Configure<ActorRuntimeOptions>(options =>
        {
            options.Actors.RegisterActor<DirectoryActor>(DirectoryActorMethods.ActorType);
            options.Actors.RegisterActor<AuditActor>(AuditActorMethods.ActorType);
        });
        return builder;
    }

    public static void MapBookkeeping(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSubscribeHandler().ForSidecar();
        endpoints.MapTopic(PubSubTopics.Provisioning);
        endpoints.MapTopic(PubSubTopics.Rejected);
    }

    private static void MapTopic(this IEndpointRouteBuilder endpoints, string topic) => endpoints
        .MapPost("/events/" + topic, endpoints.ServiceProvider.GetRequiredService<BookkeepingFeed>().HandleAsync)
        .WithTopic(new TopicOptions { PubsubName = DaprNames.PubSub, Name = topic, DeadLetterTopic = PubSubTopics.DeadLetterOf(topic) })
        .WithBulkSubscribe(new BulkSubscribeTopicOptions { TopicName = topic, MaxMessagesCount = MessagesMax, MaxAwaitDurationMs = AwaitMs })
        .ForSidecar();
}
