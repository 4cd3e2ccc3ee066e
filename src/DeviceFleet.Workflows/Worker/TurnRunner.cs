using DeviceFleet.Workflows.Replay;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Worker;

/// <summary>Runs turns of workflows: completes the history, makes a scope, runs the code, sends the answer.</summary>
internal sealed partial class TurnRunner(IServiceScopeFactory scopes, TurnSettings settings, ILogger<TurnRunner> logger)
{
    public async Task Run(ReceivedItem received)
    {
        var request = received.Item.WorkflowRequest;
        try
        {
            if (await Past(request, received.Session) is not { } past)
            {
                return;
            }

            var response = await Answer(request, past);
            response.CompletionToken = received.Item.CompletionToken;
            Remember(request, past, response, received.Session.Histories);
            if (!received.Session.IsClosed)
            {
                await received.Session.Hub.CompleteOrchestratorTaskAsync(response);
            }
        }
#pragma warning disable CA1031 // the lane must go on; a turn without answer is given out again when the stream ends
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Log.NotDelivered(logger, failure, request.InstanceId);
        }
    }

    private async Task<WorkflowResponse> Answer(WorkflowRequest request, IReadOnlyList<HistoryEvent> past)
    {
        try
        {
            using var trace = WorkflowTracing.ContinueTrace(past, request.NewEvents);
            await using var scope = scopes.CreateAsyncScope();
            return new WorkflowTurn(request, past, scope.ServiceProvider, settings).Run();
        }
#pragma warning disable CA1031 // an instance whose turn cannot be run must not hang
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Log.TurnFailed(logger, failure, request.InstanceId);
            var end = new Ending(OrchestrationStatus.Failed, null, Failures.Of(failure));
            return new WorkflowResponse { InstanceId = request.InstanceId, CustomStatus = string.Empty, Actions = { new WorkflowAction { CompleteWorkflow = end.ToAction() } } };
        }
    }

    /// <summary>The whole committed history; null if it cannot be had, in which case the stream is ended so that the turn comes again.</summary>
    private async Task<IReadOnlyList<HistoryEvent>?> Past(WorkflowRequest request, WorkerSession session)
    {
        if (request.CachedHistory is not { } cached)
        {
            return request.RequiresHistoryStreaming ? await Fetch(request.InstanceId, session) : request.PastEvents;
        }

        return session.Histories?.Find(request.InstanceId, cached.EventCount) is { } kept ? [.. kept, .. request.PastEvents] : await Fetch(request.InstanceId, session);
    }

    private async Task<IReadOnlyList<HistoryEvent>?> Fetch(string instanceId, WorkerSession session)
    {
        try
        {
            return (await session.Hub.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = instanceId })).Events;
        }
        catch (RpcException failure)
        {
            Log.HistoryMissing(logger, failure, instanceId);
            session.Abandon();
            return null;
        }
    }

    private static void Remember(WorkflowRequest request, IReadOnlyList<HistoryEvent> past, WorkflowResponse response, HistoryCache? histories)
    {
        if (histories is null)
        {
            return;
        }

        if (response.Actions.Any(action => action.CompleteWorkflow is not null))
        {
            histories.Forget(request.InstanceId);
        }
        else
        {
            histories.Keep(request.InstanceId, past);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1710, LogLevel.Error, "The turn of workflow instance {Instance} could not be run; the instance fails")]
        public static partial void TurnFailed(ILogger logger, Exception failure, string instance);

        [LoggerMessage(1711, LogLevel.Warning, "The answer for workflow instance {Instance} was not delivered; its turn comes again")]
        public static partial void NotDelivered(ILogger logger, Exception failure, string instance);

        [LoggerMessage(1712, LogLevel.Warning, "The history of workflow instance {Instance} could not be read; the stream is opened anew")]
        public static partial void HistoryMissing(ILogger logger, Exception failure, string instance);
    }
}
