using System.Buffers.Binary;
using System.Collections.Concurrent;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DeviceFleet.Testing;

/// <summary>An event as it was published.</summary>
internal sealed record PublishedEvent(string PubSub, string Topic, string Json, IReadOnlyDictionary<string, string> Metadata);

/// <summary>A message as it was handed to an output binding.</summary>
internal sealed record BindingCall(string Binding, string Topic, string Payload);

internal sealed partial class FakeRuntime
{
    private readonly ConcurrentDictionary<string, (ByteString Value, long Etag)> _state = new();
    private readonly Lock _stateGate = new();
    private long _etag;

    /// <summary>Everything published, in order.</summary>
    public ConcurrentQueue<PublishedEvent> Published { get; } = new();

    /// <summary>How many events each bulk call carried.</summary>
    public ConcurrentQueue<int> BulkSizes { get; } = new();

    /// <summary>Asked before each bulk call with its topic: false lets it fail; a task that does not end lets it hang.</summary>
    public Func<string, Task<bool>> OnBulkPublish { get; set; } = _ => Task.FromResult(true);

    /// <summary>Everything that output bindings took, in order.</summary>
    public ConcurrentQueue<BindingCall> BindingCalls { get; } = new();

    /// <summary>Asked before each call of an output binding: false lets it fail.</summary>
    public Func<BindingCall, bool> OnBinding { get; set; } = _ => true;

    /// <summary>Whether writes to state stores fail.</summary>
    public bool FailStateWrites { get; set; }

    /// <summary>State store values by <c>store||key</c>.</summary>
    public IReadOnlyDictionary<string, string> StoredState => _state.ToDictionary(pair => pair.Key, pair => pair.Value.Value.ToStringUtf8());

    /// <summary>As if it were the same store.</summary>
    public void CopyStateFrom(FakeRuntime other)
    {
        foreach (var (key, value) in other._state)
        {
            _state[key] = value;
        }
    }

    private void MapGrpc() => _server.MapPost("/{service}/{method}", async (HttpContext context, string service, string method) =>
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var message = body.ToArray().AsMemory(Math.Min(5, (int)body.Length)).ToArray();
        context.Response.ContentType = "application/grpc";
        if (method.StartsWith("SubscribeConfiguration", StringComparison.Ordinal))
        {
            await StreamConfigurationAsync(context);
            return;
        }

        var (answer, status) = service == "dapr.proto.runtime.v1.Dapr" ? await AnswerAsync(method, message) : (null, 12);
        if (answer is not null)
        {
            await context.Response.Body.WriteAsync(Frame(answer));
        }

        context.Response.AppendTrailer("grpc-status", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
    });

    private async Task<(IMessage? Answer, int Status)> AnswerAsync(string method, byte[] message)
    {
        switch (method)
        {
            case "BulkPublishEvent":
            case "BulkPublishEventAlpha1":
                var bulk = BulkPublishRequest.Parser.ParseFrom(message);
                var fate = OnCall("publish");
                if (fate == CallFate.Lost || !await OnBulkPublish(bulk.Topic))
                {
                    return (null, 13);
                }

                BulkSizes.Enqueue(bulk.Entries.Count);
                foreach (var entry in bulk.Entries)
                {
                    Published.Enqueue(new PublishedEvent(bulk.PubsubName, bulk.Topic, entry.Event.ToStringUtf8(), new Dictionary<string, string>(entry.Metadata)));
                }

                return fate == CallFate.Unanswered ? (null, 13) : (new BulkPublishResponse(), 0);
            case "InvokeBinding":
                var invoke = InvokeBindingRequest.Parser.ParseFrom(message);
                if (invoke.Metadata.TryGetValue("fileName", out var file))
                {
                    return OnFile(invoke, file);
                }

                var call = new BindingCall(invoke.Name, invoke.Metadata["topic"], invoke.Data.ToStringUtf8());
                var sending = OnCall("binding");
                if (sending == CallFate.Lost || !OnBinding(call))
                {
                    return (null, 13);
                }

                BindingCalls.Enqueue(call);
                return sending == CallFate.Unanswered ? (null, 13) : (new InvokeBindingResponse(), 0);
            case "GetState":
                var get = GetStateRequest.Parser.ParseFrom(message);
                return (_state.TryGetValue($"{get.StoreName}||{get.Key}", out var found)
                    ? new GetStateResponse { Data = found.Value, Etag = Text(found.Etag) }
                    : new GetStateResponse(), 0);
            case "GetConfiguration":
            case "GetConfigurationAlpha1":
                return Configured();
            case "SaveState":
                return Save(SaveStateRequest.Parser.ParseFrom(message));
            default:
                return (null, 12);
        }
    }

    private static byte[] Frame(IMessage message)
    {
        var bytes = message.ToByteArray();
        var frame = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, 5);
        return frame;
    }

    private (IMessage? Answer, int Status) Save(SaveStateRequest save)
    {
        lock (_stateGate)
        {
            foreach (var item in save.States)
            {
                var key = $"{save.StoreName}||{item.Key}";
                if (FailStateWrites)
                {
                    return (null, 13);
                }

                if (item.Etag is { Value.Length: > 0 } given && (!_state.TryGetValue(key, out var old) || Text(old.Etag) != given.Value))
                {
                    return (null, 10);
                }

                // First write wins without an etag only while there is nothing (Dapr API reference, state, concurrency).
                if (item.Etag is not { Value.Length: > 0 } && item.Options?.Concurrency == StateOptions.Types.StateConcurrency.ConcurrencyFirstWrite && _state.ContainsKey(key))
                {
                    return (null, 10);
                }

                _state[key] = (item.Value, ++_etag);
            }

            return (new Google.Protobuf.WellKnownTypes.Empty(), 0);
        }
    }

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
