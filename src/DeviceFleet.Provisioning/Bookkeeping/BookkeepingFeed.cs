using System.Text.Json;
using Dapr.AspNetCore;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Provisioning.Bookkeeping;

/// <summary>
/// Takes bulk messages of the topics that are written down. A message is acknowledged once it is; one that cannot be read is dropped, to the dead letters; when something cannot be stored
/// all are asked for again.
/// </summary>
internal sealed partial class BookkeepingFeed(Bookkeeper bookkeeper, ILogger<BookkeepingFeed> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var notes = new Notes();
        List<(string EntryId, bool IsRead)> entries = [];
        foreach (var entry in body.RootElement.GetProperty("entries").EnumerateArray())
        {
            entries.Add((entry.GetProperty("entryId").GetString()!, TryTake(entry, notes)));
        }

        var done = await TryWriteAsync(notes, context.RequestAborted) ? BulkSubscribeAppResponseStatus.SUCCESS : BulkSubscribeAppResponseStatus.RETRY;
        var statuses = entries.Select(entry => new BulkSubscribeAppResponseEntry(entry.EntryId, entry.IsRead ? done : BulkSubscribeAppResponseStatus.DROP));
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, new BulkSubscribeAppResponse([.. statuses]), BookkeepingJson.Default.BulkSubscribeAppResponse, context.RequestAborted);
    }

    private static bool TryTake(JsonElement entry, Notes notes)
    {
        try
        {
            return entry.TryGetProperty("event", out var envelope) && envelope.ValueKind == JsonValueKind.Object && envelope.TryGetProperty("data", out var data)
                && Take(envelope, data, notes);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // One route reads all types of its topic: a bulk message keeps their order. What this service needs not to know it has read, too.
    private static bool Take(JsonElement envelope, JsonElement data, Notes notes)
    {
        switch (envelope.GetProperty("type").GetString())
        {
            case EventTypes.IdentityChanged when data.Deserialize(ContractsJson.Default.IdentityEvent) is { } changed:
                notes.Take(changed);
                return true;
            case EventTypes.AccessRefused when data.Deserialize(ContractsJson.Default.RefusalEvent) is { } refused:
                notes.Take(refused);
                return true;
            case EventTypes.MessageRejected when data.Deserialize(ContractsJson.Default.RejectedEvent) is { } rejected:
                notes.Take(envelope.GetProperty("id").GetString()!, rejected);
                return true;
            case EventTypes.RolloutChanged:
                return true;
            default:
                return false;
        }
    }

    private async Task<bool> TryWriteAsync(Notes notes, CancellationToken cancellationToken)
    {
        try
        {
            await bookkeeper.WriteAsync(notes, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.NotWritten(logger, exception);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1400, LogLevel.Warning, "Events could not be written down; they are asked for again.")]
        public static partial void NotWritten(ILogger logger, Exception exception);
    }
}
