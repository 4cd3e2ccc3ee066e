using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Sagas.Steps;

/// <summary>The last state of the device is put away. What was put away once stays as it was: afterwards there may be less of the device.</summary>
internal sealed class ArchiveDevice(SagaServices services) : SagaActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        if (await MarkAsync(call) is { Refused: not null } refused)
        {
            return refused;
        }

        var order = call.Order;
        var key = KeyOf(order);
        if (await World.ReadArchiveAsync(key) is not null)
        {
            return StepResult.Done;
        }

        var view = await World.GetViewAsync(order.DeviceId);
        if (view.IsRemoved == true)
        {
            return StepResult.Done; // came late
        }

        var archive = new DeviceArchive
        {
            At = Now,
            Reason = order.Reason,
            View = view,
            Registration = await RegistrationAsync(call),
            Twin = await World.GetTwinAsync(order.DeviceId),
            Alarms = await World.GetAlarmsAsync(order.DeviceId),
            Commands = await World.GetCommandsAsync(order.DeviceId),
            Identity = (await World.GetIdentityAsync(order.DeviceId)).Value,
            Audit = await World.GetAuditAsync(order.DeviceId),
        };
        await World.WriteArchiveAsync(key, archive);
        if (await MarkAsync(call) is { IsTakenBack: true } late)
        {
            if ((await World.GetViewAsync(order.DeviceId)).IsRemoved != true)
            {
                await World.DropArchiveAsync(key); // taken back before this came; of a device that is gone it is kept
            }

            return late;
        }

        return StepResult.Done;
    }

    public static string KeyOf(SagaOrder order) => $"{order.DeviceId}/{order.Instance}";
}

/// <summary>There is no archive of a device that stays, unless it may have been deleted: from then on the archive is all there is to restore it from, however late that happens.</summary>
internal sealed class DropArchive(SagaServices services) : SagaActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        await MarkAsync(call);
        if (call.Begun is not (SagaSteps.Delete or SagaSteps.Retire))
        {
            await World.DropArchiveAsync(ArchiveDevice.KeyOf(call.Order));
        }

        return StepResult.Done;
    }
}
