using EmbeddedDapr.Apps;
using EmbeddedDapr.Tracing;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.PubSub;

/// <summary>The routes of an app (contract sections 4.6, 4.7).</summary>
internal sealed partial class AppEventTarget(IAppChannel app, AppSubscription subscription, Tracer tracer, ILogger logger) : IEventTarget
{
    public async ValueTask ShowOneAsync(DeliveredEvent delivered, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(DeliveryRequests.One(subscription.PubSubName, delivered, tracer), cancellationToken);
        delivered.Fate = answer is { } response ? AppVerdicts.OfOne(response) : EventFate.Failed;
        if (delivered.Fate != EventFate.Taken && answer is { } refusal)
        {
            Log.NotTaken(logger, delivered.Delivery.Topic, delivered.Route.Path, refusal.Status, delivered.Fate, delivered.Delivery.Attempt);
        }
    }

    public async ValueTask ShowManyAsync(IReadOnlyList<DeliveredEvent> events, string topic, CancellationToken cancellationToken)
    {
        var request = DeliveryRequests.Many(subscription.PubSubName, topic, events, subscription.IsRaw, tracer, out var entryIds);
        var all = EventFate.Failed;
        var fates = await CallAsync(request, cancellationToken) is { } response ? AppVerdicts.OfMany(response, out all) : null;
        for (var index = 0; index < entryIds.Length; index++)
        {
            events[index].Fate = fates is null ? all : fates.GetValueOrDefault(entryIds[index], EventFate.Failed);
        }
    }

    /// <summary>The app's answer; null: it gave none.</summary>
    private async ValueTask<AppResponse?> CallAsync(AppRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await app.SendAsync(request, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Broad, because the loop that delivers must go on whatever a channel throws.
            Log.CallFailed(logger, exception, subscription.PubSubName, subscription.Topic, request.Path);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1322, LogLevel.Warning, "An event of {Topic} was not taken by {Path}: status {Status}, {Fate}, attempt {Attempt}")]
        public static partial void NotTaken(ILogger logger, string topic, string path, int status, EventFate fate, int attempt);

        [LoggerMessage(1323, LogLevel.Warning, "The app gave no answer to {PubSub} topic {Topic} at {Path}")]
        public static partial void CallFailed(ILogger logger, Exception exception, string pubSub, string topic, string path);
    }
}
