using System.Buffers;
using System.Text;
using System.Text.Json;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Server.Grpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using AppProto = global::Dapr.AppCallback.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Apps;

/// <content>Subscriptions, events, bindings, jobs (contract sections 4.4, 4.6, 4.7, 5, 7.4).</content>
public sealed partial class GrpcAppChannel
{
    private async Task<AppResponse> SubscriptionsAsync(AppRequest request, CancellationToken cancellationToken)
    {
        var listed = await CallAsync(AppCallbackMethods.ListTopicSubscriptions, new Empty(), Metadata(request.Headers), cancellationToken);
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartArray();
            foreach (var subscription in listed.Subscriptions)
            {
                AppSubscriptions.Write(writer, subscription);
            }

            writer.WriteEndArray();
        }

        return Answer(body.WrittenMemory);
    }

    private async Task<AppResponse> SendEventAsync(AppRequest request, CancellationToken cancellationToken)
    {
        using var envelope = JsonDocument.Parse(request.Body);
        var topic = envelope.RootElement.TryGetProperty("topic", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString()! : string.Empty;
        if (TopicEvents.From(request.Body, request.Component!, topic, request.Path) is not { } message)
        {
            return new AppResponse { Status = StatusCodes.Status500InternalServerError, Body = "the event's data is not what its content type says"u8.ToArray() };
        }

        var answer = await CallAsync(AppCallbackMethods.OnTopicEvent, message, Metadata(request.Headers), cancellationToken);
        return Answer(Encoding.UTF8.GetBytes($$"""{"status":"{{Word(answer.Status)}}"}"""));
    }

    private async Task<AppResponse> SendEventsAsync(AppRequest request, CancellationToken cancellationToken)
    {
        var message = BulkEvents.From(request.Body, request.Component!, request.Path);
        AppProto.TopicEventBulkResponse answer;
        try
        {
            answer = await CallAsync(AppCallbackMethods.OnBulkTopicEvent, message, Metadata(request.Headers), cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unimplemented)
        {
            // Apps of older SDKs have only the method's first name.
            answer = await CallAsync(AppCallbackMethods.OnBulkTopicEventAlpha1, message, Metadata(request.Headers), cancellationToken);
        }

        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("statuses"u8);
            foreach (var status in answer.Statuses)
            {
                writer.WriteStartObject();
                writer.WriteString("entryId"u8, status.EntryId);
                writer.WriteString("status"u8, Word(status.Status));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Answer(body.WrittenMemory);
    }

    private async Task<AppResponse> ProbeBindingAsync(AppRequest request, CancellationToken cancellationToken)
    {
        var listed = await CallAsync(AppCallbackMethods.ListInputBindings, new Empty(), [], cancellationToken);
        return new AppResponse { Status = listed.Bindings.Contains(request.Component!) ? StatusCodes.Status200OK : Unimplemented };
    }

    private async Task<AppResponse> SendBindingEventAsync(AppRequest request, CancellationToken cancellationToken)
    {
        var message = new AppProto.BindingEventRequest { Name = request.Component!, Data = UnsafeByteOperations.UnsafeWrap(request.Body) };
        foreach (var (name, value) in request.Headers ?? [])
        {
            message.Metadata[name] = value;
        }

        var answer = await CallAsync(AppCallbackMethods.OnBindingEvent, message, Metadata(request.Headers), cancellationToken);
        if (answer.To.Count > 0 && SendOutput is { } send && await PassOnAsync(send, answer, cancellationToken) is { } fault)
        {
            return new AppResponse { Status = StatusCodes.Status500InternalServerError, Body = Encoding.UTF8.GetBytes(fault) };
        }

        return new AppResponse { Status = StatusCodes.Status200OK, Body = answer.Data.Memory };
    }

    /// <summary>Sends an app's answer to the output bindings it names: one after the other, up to the first that refuses, or all at once. Null: all have taken it.</summary>
    private static async Task<string?> PassOnAsync(
        Func<string, ReadOnlyMemory<byte>, CancellationToken, ValueTask<string?>> send, AppProto.BindingEventResponse answer, CancellationToken cancellationToken)
    {
        if (answer.Concurrency == AppProto.BindingEventResponse.Types.BindingEventConcurrency.Parallel)
        {
            var faults = await Task.WhenAll(answer.To.Select(binding => send(binding, answer.Data.Memory, cancellationToken).AsTask()));
            return faults.FirstOrDefault(static fault => fault is not null);
        }

        foreach (var binding in answer.To)
        {
            if (await send(binding, answer.Data.Memory, cancellationToken) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private async Task<AppResponse> SendJobAsync(AppRequest request, CancellationToken cancellationToken)
    {
        var message = new AppProto.JobEventRequest
        {
            Name = Uri.UnescapeDataString(request.Path[JobPrefix.Length..]),
            Method = request.Path.TrimStart('/'),
            ContentType = request.ContentType ?? string.Empty,
            Data = new Any { Value = UnsafeByteOperations.UnsafeWrap(request.Body) },
        };
        await CallAsync(AppCallbackMethods.OnJobEvent, message, Metadata(request.Headers), cancellationToken);
        return new AppResponse { Status = StatusCodes.Status200OK };
    }

    private static string Word(AppProto.TopicEventResponse.Types.TopicEventResponseStatus status) => status switch
    {
        AppProto.TopicEventResponse.Types.TopicEventResponseStatus.Success => "SUCCESS",
        AppProto.TopicEventResponse.Types.TopicEventResponseStatus.Drop => "DROP",
        AppProto.TopicEventResponse.Types.TopicEventResponseStatus.Retry => "RETRY",
        _ => "UNKNOWN",
    };
}
