using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Actors;

internal sealed partial class DeviceActor
{
    public Task<ChangeReply<DeviceAlarm>> ChangeAlarm(AlarmChange change) => throw new NotSupportedException();

    public Task<AlarmList> GetAlarms() => throw new NotSupportedException();
}
