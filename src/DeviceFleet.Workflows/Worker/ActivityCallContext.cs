using System.Globalization;
using DeviceFleet.Workflows.Abstractions;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Worker;

/// <summary>What an activity's item says.</summary>
internal sealed class ActivityCallContext(ActivityRequest request) : WorkflowActivityContext
{
    public override TaskIdentifier Identifier => request.Name;

    public override string TaskExecutionKey =>
        request.TaskExecutionId.Length > 0 ? request.TaskExecutionId : request.TaskId.ToString(CultureInfo.InvariantCulture);

    public override string InstanceId => request.WorkflowInstance?.InstanceId ?? string.Empty;
}
