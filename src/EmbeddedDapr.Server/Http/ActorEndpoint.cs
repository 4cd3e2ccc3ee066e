using System.Buffers;
using System.Globalization;
using System.Text.Json;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Server.Http;

/// <summary>The actor API without its transport: the HTTP head and the in-process handler both answer with what this returns.</summary>
internal static class ActorEndpoint
{
    private const string Json = "application/json";
    private static readonly AppResponse NoContent = new() { Status = StatusCodes.Status204NoContent };

    /// <summary>Whether the API has this verb at this path; others fall through to service invocation.</summary>
    public static bool Knows(string verb, ActorPathKind kind) => kind switch
    {
        ActorPathKind.Method => verb is "PUT" or "POST" or "GET" or "DELETE",
        ActorPathKind.State => verb is "PUT" or "POST",
        ActorPathKind.StateKey => verb is "GET",
        ActorPathKind.Reminder => verb is "PUT" or "POST" or "GET" or "DELETE",
        ActorPathKind.Timer => verb is "PUT" or "POST" or "DELETE",
    };

    /// <summary>Carries out a request that <see cref="Knows"/>.</summary>
    public static ValueTask<AppResponse> HandleAsync(Sidecar sidecar, in ActorPath path, in AppRequest request, CancellationToken cancellationToken) => path.Kind switch
    {
        ActorPathKind.Method => InvokeAsync(sidecar, path, request, cancellationToken),
        ActorPathKind.State => Outcome(sidecar.Actors.WriteStateAsync(path.ActorType, path.ActorId, request.Body, cancellationToken)),
        ActorPathKind.StateKey => GetStateAsync(sidecar, path, cancellationToken),
        ActorPathKind.Reminder => ReminderAsync(sidecar, path, request, cancellationToken),
        ActorPathKind.Timer => Outcome(new(request.Method == "DELETE"
            ? sidecar.Actors.DeleteTimer(path.ActorType, path.ActorId, path.Name)
            : sidecar.Actors.CreateTimer(path.ActorType, path.ActorId, path.Name, request.Body))),
    };

    /// <summary>An error as an answer.</summary>
    public static AppResponse Error(ApiError error)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("errorCode"u8, error.Code);
            writer.WriteString("message"u8, error.Message);
            writer.WriteEndObject();
        }

        return new AppResponse { Status = error.HttpStatus, ContentType = Json, Body = buffer.WrittenMemory };
    }

    private static async ValueTask<AppResponse> InvokeAsync(Sidecar sidecar, ActorPath path, AppRequest request, CancellationToken cancellationToken)
    {
        var result = await sidecar.Actors.InvokeAsync(
            new ActorInvocation
            {
                ActorType = path.ActorType,
                ActorId = path.ActorId,
                Method = path.Name,
                Query = request.Query,
                ContentType = request.ContentType,
                Headers = request.Headers,
                Body = request.Body,
            },
            cancellationToken);
        return result.Error is { } error ? Error(error) : result.Value;
    }

    private static async ValueTask<AppResponse> GetStateAsync(Sidecar sidecar, ActorPath path, CancellationToken cancellationToken)
    {
        var result = await sidecar.Actors.GetStateAsync(path.ActorType, path.ActorId, path.Name, cancellationToken);
        if (result.Error is { } error)
        {
            return Error(error);
        }

        if (result.Value is not { Value.Length: > 0 } state)
        {
            return NoContent;
        }

        var expiry = state.ExpiresAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new AppResponse
        {
            Status = StatusCodes.Status200OK,
            ContentType = Json,
            Headers = expiry is null ? null : [new("metadata.ttlExpireTime", expiry)],
            Body = state.Value,
        };
    }

    private static async ValueTask<AppResponse> ReminderAsync(Sidecar sidecar, ActorPath path, AppRequest request, CancellationToken cancellationToken)
    {
        switch (request.Method)
        {
            case "DELETE":
                return await Outcome(sidecar.Actors.DeleteReminderAsync(path.ActorType, path.ActorId, path.Name, cancellationToken));
            case "GET":
                var result = await sidecar.Actors.GetReminderAsync(path.ActorType, path.ActorId, path.Name, cancellationToken);
                return result.Error is { } error
                    ? Error(error)
                    : new AppResponse { Status = StatusCodes.Status200OK, ContentType = Json, Body = ReminderJson(result.Value) };
            default:
                return await Outcome(sidecar.Actors.CreateReminderAsync(path.ActorType, path.ActorId, path.Name, request.Body, cancellationToken));
        }
    }

    private static ReadOnlyMemory<byte> ReminderJson(ReminderRecord reminder)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("actorID"u8, reminder.ActorId);
            writer.WriteString("actorType"u8, reminder.ActorType);
            if (reminder.Data.Length > 0)
            {
                writer.WritePropertyName("data"u8);
                writer.WriteRawValue(reminder.Data.Span, skipInputValidation: true);
            }

            if (reminder.DueTimeText.Length > 0)
            {
                writer.WriteString("dueTime"u8, reminder.DueTimeText);
            }

            if (reminder.PeriodDescription is { Length: > 0 } period)
            {
                writer.WriteString("period"u8, period);
            }

            if (reminder.TtlText is not null)
            {
                writer.WriteString("ttl"u8, reminder.TtlText);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static async ValueTask<AppResponse> Outcome(ValueTask<ApiError?> outcome) => await outcome is { } error ? Error(error) : NoContent;
}
