using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Sagas.Steps;

/// <summary>What the steps that touch the device's actor, and those that take them back, have in common.</summary>
internal abstract class DeviceActivity(SagaServices services) : SagaActivity(services)
{
    /// <summary>
    /// Makes the twin unless it is there, and tells the identity. The device's actor refuses one that was taken back by the same saga before: what comes late brings nothing back.
    /// </summary>
    protected async Task<StepResult> EnsureTwinAsync(StepCall call)
    {
        var order = call.Order;
        var allocation = order.Allocation ?? new Allocation();
        var reply = await World.CreateAsync(order.DeviceId, new DeviceCreate { Type = allocation.Type, Tags = allocation.Tags, By = order.Instance, At = Now });
        if (!IsTaken(reply.Outcome))
        {
            return StepResult.No(reply.Detail ?? $"The device could not be made: {reply.Outcome}.");
        }

        return await ApplyAsync(call, IdentityAction.NoteTwin, change => change with { Step = SagaSteps.Twin });
    }

    /// <summary>Takes back what a twin step did, if it did anything.</summary>
    protected async Task TakeTwinBackAsync(StepCall call)
    {
        var order = call.Order;
        if (call.Before is not { } before)
        {
            return; // nothing was done before it was known
        }

        if (!before.WasThere)
        {
            await World.RemoveAsync(order.DeviceId, new DeviceRemoval(order.Instance, Now, KeepsAway: true));
            return;
        }

        if (!before.HadDesired && order.Allocation?.Desired is not null && (await World.GetTwinAsync(order.DeviceId)).Desired is { Version: > 0 } desired
            && desired.Writers.Values.All(writer => writer.By == order.Instance))
        {
            await World.WriteDesiredAsync(order.DeviceId, new DesiredWrite { Document = EmptyObject, Replace = true, IfVersion = desired.Version, By = order.Instance, At = Now });
        }
    }

    protected async Task TakeGroupBackAsync(StepCall call)
    {
        if (call is { Before: { WasThere: true } before, Order.Allocation.Group: { } given } && before.Group != given
            && await RegistrationAsync(call) is { } registration && registration.Group == given)
        {
            await WriteGroupAsync(call, before.Group);
        }
    }

    protected Task<ChangeReply<DeviceRegistration>> WriteGroupAsync(StepCall call, GroupPath? group) =>
        World.WriteRegistrationAsync(call.Order.DeviceId, new RegistrationWrite { SetGroup = true, Group = group, By = call.Order.Instance, At = Now });

    /// <summary>Makes the device anew from the archive, if this saga removed it, or goes on with that: it may have failed halfway.</summary>
    protected async Task RestoreAsync(StepCall call)
    {
        var order = call.Order;
        var by = $"{order.Instance}/restore"; // the device's actor makes nothing for who removed it
        var isUnfinished = (await World.GetViewAsync(order.DeviceId)).IsRemoved == true || (await RegistrationAsync(call))?.By == by;
        if (!isUnfinished || await World.ReadArchiveAsync(ArchiveDevice.KeyOf(order)) is not { } archive)
        {
            return;
        }

        await World.CreateAsync(order.DeviceId, new DeviceCreate { Type = archive.Registration?.Type, Tags = archive.Registration?.Tags ?? new Dictionary<string, string>(), By = by, At = Now });
        if (archive.Registration?.Group is { } group)
        {
            await World.WriteRegistrationAsync(order.DeviceId, new RegistrationWrite { SetGroup = true, Group = group, By = by, At = Now });
        }

        if (archive.Twin.Desired is { Version: > 0 } desired)
        {
            await World.WriteDesiredAsync(order.DeviceId, new DesiredWrite { Document = desired.Value, Replace = true, By = by, At = Now });
        }
    }

    private static System.Text.Json.JsonElement EmptyObject { get; } = System.Text.Json.JsonDocument.Parse("{}").RootElement.Clone();
}

/// <summary>The device has a twin, and its first configuration.</summary>
internal sealed class CreateTwin(SagaServices services) : DeviceActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        if (await MarkAsync(call) is { Refused: not null } refused)
        {
            return refused;
        }

        var result = await EnsureTwinAsync(call);
        if (result.Refused is null && call is { Order.Allocation.Desired: { } desired, Before: not { HadDesired: true } })
        {
            var write = new DesiredWrite { Document = desired, By = call.Order.Instance, At = Now };
            var reply = await World.WriteDesiredAsync(call.Order.DeviceId, write);
            result = IsTaken(reply.Outcome) ? await MarkAsync(call) : StepResult.No(reply.Detail ?? $"The device could not be configured: {reply.Outcome}.");
        }

        if (result.IsTakenBack)
        {
            await TakeTwinBackAsync(call); // came late: whoever takes back may have passed here
        }

        return result;
    }
}

/// <summary>Not any more.</summary>
internal sealed class RemoveTwin(SagaServices services) : DeviceActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        await MarkAsync(call);
        await TakeTwinBackAsync(call);
        return call.Before is { WasThere: false } ? await ApplyAsync(call, IdentityAction.ForgetTwin) : StepResult.Done;
    }
}

/// <summary>The device is in its group.</summary>
internal sealed class AssignGroup(SagaServices services) : DeviceActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        if (await MarkAsync(call) is { Refused: not null } refused)
        {
            return refused;
        }

        if (call.Order.Allocation?.Group is not { } group)
        {
            return StepResult.Done;
        }

        // Where the twin's step was skipped, this is who makes it: no group has a ghost.
        var result = await EnsureTwinAsync(call);
        if (result.Refused is null)
        {
            var reply = await WriteGroupAsync(call, group);
            result = IsTaken(reply.Outcome) ? await MarkAsync(call) : StepResult.No(reply.Detail ?? $"The device could not be put into its group: {reply.Outcome}.");
        }

        if (result.IsTakenBack)
        {
            await TakeGroupBackAsync(call);
            await TakeTwinBackAsync(call);
        }

        return result;
    }
}

/// <summary>The device is in the group that it was in before.</summary>
internal sealed class ReturnGroup(SagaServices services) : DeviceActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        await MarkAsync(call);
        await TakeGroupBackAsync(call);
        return StepResult.Done;
    }
}

/// <summary>Nothing is under way with the device.</summary>
internal sealed class DrainDevice(SagaServices services) : DeviceActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        if (await MarkAsync(call) is { Refused: not null } refused)
        {
            return refused;
        }

        await World.DrainAsync(call.Order.DeviceId, new DeviceDrain(call.Order.Instance, Now));
        return StepResult.Done;
    }
}

/// <summary>The device is no more.</summary>
internal sealed class DeleteDevice(SagaServices services) : DeviceActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        if (await MarkAsync(call) is { Refused: not null } refused)
        {
            if (refused.IsTakenBack)
            {
                await RestoreAsync(call); // an earlier run may have come so late that nobody else does
            }

            return refused;
        }

        await World.RemoveAsync(call.Order.DeviceId, new DeviceRemoval(call.Order.Instance, Now, KeepsAway: true));
        if (await MarkAsync(call) is { IsTakenBack: true } late)
        {
            await RestoreAsync(call);
            return late;
        }

        return StepResult.Done;
    }
}

/// <summary>The device is there again, as far as it was put away: what people said of it, and its configuration. What it reported and measured is gone.</summary>
internal sealed class RestoreDevice(SagaServices services) : DeviceActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        await MarkAsync(call);
        await RestoreAsync(call);
        return StepResult.Done;
    }
}
