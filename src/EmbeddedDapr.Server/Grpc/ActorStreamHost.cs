using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>
/// An app that hosts actors at the other end of a stream that it opened (<c>SubscribeActorEventsAlpha1</c>). Requests go out in the order of their turns, answers come back in
/// any order and are told apart by their id. Thread safe.
/// </summary>
internal sealed class ActorStreamHost : IActorHost
{
    /// <summary>Requests that wait to be written; further turns wait for room, as they wait for their actor's turn.</summary>
    private const int OutboxLength = 128;

    private const string ContentType = "content-type";
    private const int NotFound = 5; // gRPC's code, the only one that means something here

    private readonly ConcurrentDictionary<string, TaskCompletionSource<Proto.SubscribeActorEventsRequestAlpha1?>> _pending = new(StringComparer.Ordinal);
    private readonly Channel<Proto.SubscribeActorEventsResponseAlpha1> _outbox = Channel.CreateBounded<Proto.SubscribeActorEventsResponseAlpha1>(
        new BoundedChannelOptions(OutboxLength) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private long _lastId;
    private volatile bool _closed;

    /// <summary>What is to be written to the stream; ends when the host is closed.</summary>
    public ChannelReader<Proto.SubscribeActorEventsResponseAlpha1> Outbox => _outbox.Reader;

    public async ValueTask<ApiResult<AppResponse>> SendAsync(string actorType, string actorId, ActorTurn turn, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<Proto.SubscribeActorEventsRequestAlpha1?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        try
        {
            // Entered before it is looked at: whoever closes later finds the entry.
            if (_closed)
            {
                return Disconnected();
            }

            await _outbox.Writer.WriteAsync(Request(id, actorType, actorId, turn), cancellationToken);
            return await answer.Task.WaitAsync(cancellationToken) is { } response ? Response(turn.Kind, response) : Disconnected();
        }
        catch (ChannelClosedException)
        {
            return Disconnected();
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    /// <summary>An answer of the app. False: nobody waits for it, because it has given up or the id never was.</summary>
    public bool TryDeliver(Proto.SubscribeActorEventsRequestAlpha1 answer)
    {
        var id = answer.RequestTypeCase switch
        {
            Proto.SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.InvokeResponse => answer.InvokeResponse.Id,
            Proto.SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.ReminderResponse => answer.ReminderResponse.Id,
            Proto.SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.TimerResponse => answer.TimerResponse.Id,
            Proto.SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.DeactivateResponse => answer.DeactivateResponse.Id,
            Proto.SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.RequestFailed => answer.RequestFailed.Id,
            _ => null,
        };
        return id is not null && _pending.TryGetValue(id, out var waiting) && waiting.TrySetResult(answer);
    }

    /// <summary>The stream has ended: what is in flight fails, and so does what comes later.</summary>
    public void Close()
    {
        _closed = true;
        _outbox.Writer.TryComplete();
        foreach (var waiting in _pending.Values)
        {
            waiting.TrySetResult(null);
        }
    }

    private static ApiError Disconnected() => ApiErrors.ActorInvoke("actor host disconnected before responding");

    private static Proto.SubscribeActorEventsResponseAlpha1 Request(string id, string actorType, string actorId, in ActorTurn turn) => turn.Kind switch
    {
        ActorTurnKind.Method => new() { InvokeRequest = Invoke(id, actorType, actorId, turn) },
        ActorTurnKind.Reminder => new()
        {
            ReminderRequest = new() { Id = id, ActorType = actorType, ActorId = actorId, Name = turn.Name, DueTime = turn.Tick!.DueTime, Period = turn.Tick.Period, Data = Data(turn.Tick) },
        },
        ActorTurnKind.Timer => new()
        {
            TimerRequest = new()
            {
                Id = id,
                ActorType = actorType,
                ActorId = actorId,
                Name = turn.Name,
                DueTime = turn.Tick!.DueTime,
                Period = turn.Tick.Period,
                Callback = turn.Tick.Callback,
                Data = Data(turn.Tick),
            },
        },
        ActorTurnKind.Deactivation => new() { DeactivateRequest = new() { Id = id, ActorType = actorType, ActorId = actorId } },
    };

    private static Proto.SubscribeActorEventsResponseInvokeRequestAlpha1 Invoke(string id, string actorType, string actorId, in ActorTurn turn)
    {
        // Copied: the caller's buffer is only lent until the turn ends, which a cancelled turn does before the message is written.
        var request = new Proto.SubscribeActorEventsResponseInvokeRequestAlpha1
        {
            Id = id,
            ActorType = actorType,
            ActorId = actorId,
            Method = turn.Name,
            Data = ByteString.CopyFrom(turn.Body.Span),
        };
        foreach (var (name, value) in turn.Headers ?? [])
        {
            request.Metadata[name] = value;
        }

        if (turn.ContentType is not null)
        {
            request.Metadata[ContentType] = turn.ContentType;
        }

        return request;
    }

    private static Any? Data(ScheduleTick tick) => tick.Data.IsEmpty ? null : Any.Pack(new BytesValue { Value = UnsafeByteOperations.UnsafeWrap(tick.Data) });

    private static ApiResult<AppResponse> Response(ActorTurnKind kind, Proto.SubscribeActorEventsRequestAlpha1 answer)
    {
        if (answer.RequestFailed is { } failed)
        {
            return failed.Code == NotFound && kind == ActorTurnKind.Method
                ? new AppResponse { Status = StatusCodes.Status404NotFound }
                : ApiErrors.ActorInvoke($"error from actor service: {failed.Message}");
        }

        // That a reminder is cancelled changes nothing, as over HTTP (contract section 2.8).
        return (kind, answer) switch
        {
            (ActorTurnKind.Method, { InvokeResponse: { } response }) => Invoked(response),
            (ActorTurnKind.Reminder, { ReminderResponse: not null }) or (ActorTurnKind.Timer, { TimerResponse: not null }) or (ActorTurnKind.Deactivation, { DeactivateResponse: not null }) =>
                new AppResponse { Status = StatusCodes.Status200OK },
            _ => ApiErrors.ActorInvoke($"actor host returned an unexpected response type: {answer.RequestTypeCase}"),
        };
    }

    private static AppResponse Invoked(Proto.SubscribeActorEventsRequestInvokeResponseAlpha1 response)
    {
        string? contentType = null;
        List<KeyValuePair<string, string>>? headers = null;
        foreach (var header in response.Metadata)
        {
            if (header.Key.Equals(ContentType, StringComparison.OrdinalIgnoreCase))
            {
                contentType = header.Value;
            }
            else if (ForwardedName(header.Key))
            {
                (headers ??= []).Add(header);
            }
        }

        if (response.Error)
        {
            (headers ??= []).Add(new(ActorApi.ErrorHeader, "true"));
        }

        return new AppResponse { Status = StatusCodes.Status200OK, ContentType = contentType, Headers = headers, Body = response.Data.Memory };
    }

    /// <summary>What an app names must not become a header of the connection, nor break the answer's.</summary>
    private static bool ForwardedName(string name) => name.Length > 0 && !HopByHop.Contains(name) && !name.Equals("content-length", StringComparison.OrdinalIgnoreCase) && name.All(IsTokenCharacter);

    private static bool IsTokenCharacter(char character) => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal);
}
