using System.Text.Json;
using EmbeddedDapr.Actors;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Resiliency;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Apps;

/// <summary>What the runtime asks an app once, at start (contract sections 1.4, 1.5). Each question is tolerant: an app without an answer has no actors, or no subscriptions.</summary>
internal static partial class AppDiscovery
{
    /// <summary><c>GET /dapr/config</c>.</summary>
    public static async Task<ActorConfiguration> ActorsAsync(Sidecar sidecar, CancellationToken cancellationToken)
    {
        if (sidecar.Options.DisabledInitEndpoints.Contains("config"))
        {
            return ActorConfiguration.None;
        }

        var logger = sidecar.Loggers.CreateLogger(typeof(AppDiscovery));
        try
        {
            var response = await sidecar.App!.SendAsync(Question("/dapr/config", sidecar), cancellationToken);
            if (response.Status == 200)
            {
                return ActorConfiguration.Parse(response.Body.Span);
            }

            Log.NoActors(logger, sidecar.Options.AppId, response.Status);
        }
        catch (AppUnreachableException exception)
        {
            Log.Unanswered(logger, exception, sidecar.Options.AppId, "/dapr/config");
        }
        catch (FormatException exception)
        {
            Log.Unreadable(logger, exception, sidecar.Options.AppId, "/dapr/config");
        }

        return ActorConfiguration.None;
    }

    /// <summary><c>GET /dapr/subscribe</c>. Asked again when no answer came at all.</summary>
    public static async Task<IReadOnlyList<AppSubscription>> SubscriptionsAsync(Sidecar sidecar, CancellationToken cancellationToken)
    {
        if (sidecar.Options.DisabledInitEndpoints.Contains("subscribe"))
        {
            return [];
        }

        var logger = sidecar.Loggers.CreateLogger(typeof(AppDiscovery));
        try
        {
            var response = (await sidecar.Resiliency.InitializationRetries.ExecuteAsync(
                static (sidecar, token) => sidecar.App!.SendAsync(Question("/dapr/subscribe", sidecar), token),
                static _ => Attempt.Done,
                sidecar,
                repeatable: true,
                cancellationToken)).Value;
            if (response.Status is not (200 or 404))
            {
                Log.NoSubscriptions(logger, sidecar.Options.AppId, response.Status);
            }

            return response.Status == 200 ? SubscriptionJson.Parse(response.Body.Span) : [];
        }
        catch (JsonException exception)
        {
            Log.Unreadable(logger, exception, sidecar.Options.AppId, "/dapr/subscribe");
        }
        catch (AppUnreachableException exception)
        {
            Log.Unanswered(logger, exception, sidecar.Options.AppId, "/dapr/subscribe");
        }

        return [];
    }

    private static AppRequest Question(string path, Sidecar sidecar) => new()
    {
        Method = "GET",
        Path = path,
        ContentType = "application/json",
        Headers = [new("dapr-app-id", sidecar.Options.AppId)],
    };

    private static partial class Log
    {
        [LoggerMessage(1100, LogLevel.Information, "App {AppId} has no actors: it answered {Status} to /dapr/config")]
        public static partial void NoActors(ILogger logger, string appId, int status);

        [LoggerMessage(1101, LogLevel.Error, "App {AppId} answered {Status} to /dapr/subscribe; it has no subscriptions of its own")]
        public static partial void NoSubscriptions(ILogger logger, string appId, int status);

        [LoggerMessage(1102, LogLevel.Error, "App {AppId} did not answer {Path}")]
        public static partial void Unanswered(ILogger logger, Exception exception, string appId, string path);

        [LoggerMessage(1103, LogLevel.Error, "App {AppId}: its answer to {Path} cannot be read and is ignored")]
        public static partial void Unreadable(ILogger logger, Exception exception, string appId, string path);
    }
}
