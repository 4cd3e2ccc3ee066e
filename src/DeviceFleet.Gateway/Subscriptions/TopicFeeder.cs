using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Dapr.AspNetCore;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Fleet;

namespace DeviceFleet.Gateway.Subscriptions;

/// <summary>Takes one topic's bulk messages into the fleet model and answers for each entry.</summary>
internal sealed partial class TopicFeeder<TEvent>(
    IBulkReader<TEvent> reader, Func<TEvent, DeviceId?> deviceOf, Action<TEvent, long> take, FleetModel model, KnownDevices known, TimeProvider time, ILogger<TopicFeeder<TEvent>> logger)
    where TEvent : class
{
    public async Task HandleAsync(HttpContext context)
    {
        var entries = await ReadAsync(context.Request.BodyReader, context.RequestAborted);
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

    // Straight from the server's buffer if it is one piece, as it is in process; the server bounds a body's size.
    private async Task<IReadOnlyList<(string EntryId, TEvent? Event)>> ReadAsync(PipeReader pipe, CancellationToken cancellationToken)
    {
        var body = await pipe.ReadAsync(cancellationToken);
        while (!body.IsCompleted)
        {
            pipe.AdvanceTo(body.Buffer.Start, body.Buffer.End);
            body = await pipe.ReadAsync(cancellationToken);
        }

        var entries = reader.Read(body.Buffer.IsSingleSegment ? body.Buffer.First : body.Buffer.ToArray());
        pipe.AdvanceTo(body.Buffer.End);
        return entries;
    }

    private async Task<bool> TryEnsureKnownAsync(IReadOnlyList<(string EntryId, TEvent? Event)> entries, CancellationToken cancellationToken)
    {
        try
        {
            // What the model made of all entries counts, not each alone: a device may be removed and made again in one message.
            var devices = entries.Select(entry => entry.Event is null ? null : deviceOf(entry.Event)).OfType<DeviceId>();
            var gone = model.GoneAmong(devices);
            await known.EnsureAsync(gone.Count == 0 ? devices : devices.Where(id => !gone.Contains(id)), cancellationToken);
            await known.ForgetAsync(gone, cancellationToken);
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
