using System.Text;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Runtime;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpcs of timers and reminders (contract sections 2.7, 2.8).</summary>
internal static class ActorScheduleMethods
{
    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        new UnaryMethod<Proto.RegisterActorTimerRequest, Empty>("RegisterActorTimer", Proto.RegisterActorTimerRequest.Parser, RegisterTimerAsync),
        new UnaryMethod<Proto.UnregisterActorTimerRequest, Empty>("UnregisterActorTimer", Proto.UnregisterActorTimerRequest.Parser, UnregisterTimerAsync),
        new UnaryMethod<Proto.RegisterActorReminderRequest, Empty>("RegisterActorReminder", Proto.RegisterActorReminderRequest.Parser, RegisterAsync),
        new UnaryMethod<Proto.UnregisterActorReminderRequest, Empty>("UnregisterActorReminder", Proto.UnregisterActorReminderRequest.Parser, UnregisterAsync),
        new UnaryMethod<Proto.UnregisterActorRemindersByTypeRequest, Proto.UnregisterActorRemindersByTypeResponse>(
            "UnregisterActorRemindersByType", Proto.UnregisterActorRemindersByTypeRequest.Parser, UnregisterByTypeAsync),
        new UnaryMethod<Proto.GetActorReminderRequest, Proto.GetActorReminderResponse>("GetActorReminder", Proto.GetActorReminderRequest.Parser, GetAsync),
        new UnaryMethod<Proto.ListActorRemindersRequest, Proto.ListActorRemindersResponse>("ListActorReminders", Proto.ListActorRemindersRequest.Parser, ListAsync),
    ];

    private static ValueTask<ApiResult<Empty>> RegisterTimerAsync(Sidecar sidecar, Proto.RegisterActorTimerRequest request, CancellationToken cancellationToken)
    {
        var schedule = new ScheduleRequest
        {
            DueTime = request.DueTime,
            Period = request.Period,
            Ttl = request.Ttl,
            Callback = request.Callback,
            Data = Quote(request.Data),
        };
        return new(Outcome(sidecar.Actors.CreateTimer(request.ActorType, request.ActorId, request.Name, schedule)));
    }

    private static ValueTask<ApiResult<Empty>> UnregisterTimerAsync(Sidecar sidecar, Proto.UnregisterActorTimerRequest request, CancellationToken cancellationToken) =>
        new(Outcome(sidecar.Actors.DeleteTimer(request.ActorType, request.ActorId, request.Name)));

    private static async ValueTask<ApiResult<Empty>> RegisterAsync(Sidecar sidecar, Proto.RegisterActorReminderRequest request, CancellationToken cancellationToken)
    {
        var schedule = new ScheduleRequest
        {
            DueTime = request.DueTime,
            Period = request.Period,
            Ttl = request.Ttl,
            Data = Quote(request.Data),
            Overwrite = !request.HasOverwrite || request.Overwrite,
            FailurePolicy = Policy(request.FailurePolicy),
        };
        return Outcome(await sidecar.Actors.CreateReminderAsync(request.ActorType, request.ActorId, request.Name, schedule, cancellationToken));
    }

    private static async ValueTask<ApiResult<Empty>> UnregisterAsync(Sidecar sidecar, Proto.UnregisterActorReminderRequest request, CancellationToken cancellationToken) =>
        Outcome(await sidecar.Actors.DeleteReminderAsync(request.ActorType, request.ActorId, request.Name, cancellationToken));

    private static async ValueTask<ApiResult<Proto.UnregisterActorRemindersByTypeResponse>> UnregisterByTypeAsync(
        Sidecar sidecar,
        Proto.UnregisterActorRemindersByTypeRequest request,
        CancellationToken cancellationToken) =>
        await sidecar.Actors.DeleteRemindersAsync(request.ActorType, request.ActorId, cancellationToken) is { } error
            ? error
            : new Proto.UnregisterActorRemindersByTypeResponse();

    private static async ValueTask<ApiResult<Proto.GetActorReminderResponse>> GetAsync(
        Sidecar sidecar,
        Proto.GetActorReminderRequest request,
        CancellationToken cancellationToken)
    {
        var result = await sidecar.Actors.GetReminderAsync(request.ActorType, request.ActorId, request.Name, cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        var described = Describe(result.Value);
        var response = new Proto.GetActorReminderResponse { ActorType = described.ActorType, ActorId = described.ActorId, Data = described.Data };
        if (described.HasDueTime)
        {
            response.DueTime = described.DueTime;
        }

        if (described.HasPeriod)
        {
            response.Period = described.Period;
        }

        if (described.HasTtl)
        {
            response.Ttl = described.Ttl;
        }

        return response;
    }

    private static async ValueTask<ApiResult<Proto.ListActorRemindersResponse>> ListAsync(
        Sidecar sidecar,
        Proto.ListActorRemindersRequest request,
        CancellationToken cancellationToken)
    {
        var result = await sidecar.Actors.ListRemindersAsync(request.ActorType, request.ActorId, cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        var response = new Proto.ListActorRemindersResponse();
        foreach (var reminder in result.Value)
        {
            response.Reminders.Add(new Proto.NamedActorReminder { Name = reminder.Name, Reminder = Describe(reminder) });
        }

        return response;
    }

    /// <summary>Bytes are kept as a JSON text of their base64, JSON or not (recorded: grpc-actor-timer-data, grpc-actor-reminder-data).</summary>
    private static ReadOnlyMemory<byte> Quote(ByteString data) => data.IsEmpty ? default : Encoding.ASCII.GetBytes($"\"{data.ToBase64()}\"");

    /// <summary>What was not said is absent, not empty.</summary>
    private static Proto.ActorReminder Describe(ReminderRecord reminder)
    {
        var described = new Proto.ActorReminder
        {
            ActorType = reminder.ActorType,
            ActorId = reminder.ActorId,
            Data = reminder.Data.IsEmpty ? null : Any.Pack(new BytesValue { Value = UnsafeByteOperations.UnsafeWrap(reminder.Data) }),
        };
        if (reminder.DueTimeText.Length > 0)
        {
            described.DueTime = reminder.DueTimeText;
        }

        if (reminder.Period is not null)
        {
            described.Period = reminder.PeriodDescription;
        }

        if (reminder.TtlText is { } ttl)
        {
            described.Ttl = ttl;
        }

        return described;
    }

    /// <summary>Null: not said, so that the default holds.</summary>
    private static ReminderFailurePolicy? Policy(Proto.JobFailurePolicy? policy) => policy?.PolicyCase switch
    {
        Proto.JobFailurePolicy.PolicyOneofCase.Drop => ReminderFailurePolicy.Drop,
        Proto.JobFailurePolicy.PolicyOneofCase.Constant => new(
            policy.Constant.Interval.ToBoundedTimeSpan(),
            policy.Constant.HasMaxRetries ? (int)Math.Min(policy.Constant.MaxRetries, int.MaxValue) : null),
        _ => null,
    };

    private static ApiResult<Empty> Outcome(ApiError? error) => error is null ? new Empty() : error;
}
