using DeviceFleet.Workflows.Replay;
using DeviceFleet.Workflows.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Worker;

/// <summary>Runs activities, each once for each item, and always answers: an item without answer hangs its workflow.</summary>
internal sealed partial class ActivityRunner(IServiceScopeFactory scopes, WorkflowRegistry registry, IWorkflowSerializer serializer, ILogger<ActivityRunner> logger)
{
    public async Task Run(ReceivedItem received)
    {
        var request = received.Item.ActivityRequest;
        var response = new ActivityResponse
        {
            InstanceId = request.WorkflowInstance?.InstanceId ?? string.Empty,
            TaskId = request.TaskId,
            CompletionToken = received.Item.CompletionToken,
        };
        try
        {
            await Answer(request, response, received.Session.Hub);

            // After the stream has ended the item is given out again; an answer now could be taken for one to the next generation.
            if (!received.Session.IsClosed)
            {
                await received.Session.Hub.CompleteActivityTaskAsync(response);
            }
        }
#pragma warning disable CA1031 // the lane must go on
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Log.NotDelivered(logger, failure, request.Name, response.InstanceId);
        }
    }

    private async Task Answer(ActivityRequest request, ActivityResponse response, TaskHubSidecarService.TaskHubSidecarServiceClient hub)
    {
        using var span = WorkflowTracing.StartActivity(request.Name, response.InstanceId, request.TaskId, request.ParentTraceContext);
        try
        {
            if (request.Name == SendEventActivity.Name)
            {
                await hub.RaiseEventAsync(SendEventActivity.Read(request.Input));
                response.Result = string.Empty;
            }
            else if (registry.TryFindActivity(request.Name, out var factory))
            {
                await using var scope = scopes.CreateAsyncScope();
                var activity = factory(scope.ServiceProvider);
                var input = serializer.Deserialize(request.Input, activity.InputType);
                response.Result = serializer.Serialize(await activity.RunAsync(new ActivityCallContext(request), input));
            }
            else
            {
                response.FailureDetails = Failures.Of(Failures.ActivityNotFound, $"No activity '{request.Name}' is registered with this worker.");
            }
        }
#pragma warning disable CA1031 // whatever user code throws is the workflow's to handle
        catch (Exception failure)
#pragma warning restore CA1031
        {
            span?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, failure.GetType().Name);
            Log.Failed(logger, failure, request.Name, response.InstanceId);
            response.Result = null;
            response.FailureDetails = Failures.Of(failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1720, LogLevel.Warning, "Activity {Activity} of workflow instance {Instance} failed")]
        public static partial void Failed(ILogger logger, Exception failure, string activity, string instance);

        [LoggerMessage(1721, LogLevel.Warning, "The result of activity {Activity} of workflow instance {Instance} was not delivered; it runs again")]
        public static partial void NotDelivered(ILogger logger, Exception failure, string activity, string instance);
    }
}
