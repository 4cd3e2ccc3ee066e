using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Actors;

internal sealed partial class DeviceActor
{
    public Task<ChangeReply<DeviceRegistration>> WriteRegistration(RegistrationWrite write) => throw new NotSupportedException();
}
