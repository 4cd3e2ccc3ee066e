using System.Text.Json;
using Dapr.AspNetCore;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Fleet;

namespace DeviceFleet.Gateway.Subscriptions;

/// <summary>Takes one topic's bulk messages into the fleet model and answers for each entry.</summary>
internal sealed partial class TopicFeeder<TEvent>(
    BulkReader<TEvent> reader, Func<TEvent, DeviceId?> deviceOf, Action<TEvent, long> take, KnownDevices known, TimeProvider time, ILogger<TopicFeeder<TEvent>> logger)
    where TEvent : class
{
    public async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var entries = reader.Read(body.GetBuffer().AsMemory(0, (int)body.Length));
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (_, taken) in entries)
        {
            if (taken is not null)
            {
                take(taken, now);
            }
        }

        var done = await TryEnsureKnownAsync(entries, context.RequestAborted) ? BulkSubscribeAppResponseStatus.SUCCESS : BulkSubscribeAppResponseStatus.RETRY;
        var statuses = entries.Select(entry => new BulkSubscribeAppResponseEntry(entry.EntryId, entry.Event is null ? BulkSubscribeAppResponseStatus.DROP : done));
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, new BulkSubscribeAppResponse([.. statuses]), GatewayJson.Default.BulkSubscribeAppResponse, context.RequestAborted);
    }

    private async Task<bool> TryEnsureKnownAsync(IReadOnlyList<(string EntryId, TEvent? Event)> entries, CancellationToken cancellationToken)
    {
        try
        {
            await known.EnsureAsync(entries.Select(entry => entry.Event is null ? null : deviceOf(entry.Event)).OfType<DeviceId>(), cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.NotKnown(logger, exception, entries.Count);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(700, LogLevel.Warning, "New devices could not be remembered; {Count} events are asked for again.")]
        public static partial void NotKnown(ILogger logger, Exception exception, int count);
    }
}
