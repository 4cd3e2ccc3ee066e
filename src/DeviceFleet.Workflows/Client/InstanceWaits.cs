using Grpc.Core;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Client;

/// <summary>Looks at instances, and waits for them over lost connections.</summary>
internal sealed class InstanceWaits(TaskHubSidecarService.TaskHubSidecarServiceClient hub, TimeProvider time)
{
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(15);

    /// <returns>Null if there is no such instance.</returns>
    public async Task<TaskHub.Protocol.WorkflowState?> Get(string instanceId, bool withPayloads, CancellationToken cancellationToken)
    {
        try
        {
            var request = new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = withPayloads };
            var response = await hub.GetInstanceAsync(request, cancellationToken: cancellationToken);
            return response.Exists ? response.WorkflowState : null;
        }
        catch (RpcException missing) when (missing.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<TaskHub.Protocol.WorkflowState> ForStart(string instanceId, bool withPayloads, CancellationToken cancellationToken) =>
        Wait(instanceId, withPayloads, hub.WaitForInstanceStartAsync, cancellationToken);

    public Task<TaskHub.Protocol.WorkflowState> ForCompletion(string instanceId, bool withPayloads, CancellationToken cancellationToken) =>
        Wait(instanceId, withPayloads, hub.WaitForInstanceCompletionAsync, cancellationToken);

    private async Task<TaskHub.Protocol.WorkflowState> Wait(
        string instanceId,
        bool withPayloads,
        Func<GetInstanceRequest, CallOptions, AsyncUnaryCall<GetInstanceResponse>> poll,
        CancellationToken cancellationToken)
    {
        var request = new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = withPayloads };
        var pause = PauseFirst;
        while (true)
        {
            try
            {
                // daprd waits for ever for an instance that nobody has started.
                if (await Get(instanceId, false, cancellationToken) is null)
                {
                    throw Missing(instanceId);
                }

                var response = await poll(request, new CallOptions(cancellationToken: cancellationToken));
                return response.Exists ? response.WorkflowState : throw Missing(instanceId);
            }
            catch (RpcException lost) when (lost.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                await Task.Delay(pause, time, cancellationToken);
                pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
            }
            catch (RpcException ended) when (ended.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(ended.Message, ended, cancellationToken);
            }
        }
    }

    private static InvalidOperationException Missing(string instanceId) => new($"There is no workflow instance '{instanceId}'.");
}
