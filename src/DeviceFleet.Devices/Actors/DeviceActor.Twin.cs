using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Actors;

internal sealed partial class DeviceActor
{
    public Task<TwinView> RequestTwin(TwinRequest request) => throw new NotSupportedException();

    public Task<ChangeReply<TwinView>> ReportTwin(ReportedPatch patch) => throw new NotSupportedException();

    public Task<ChangeReply<TwinView>> WriteDesired(DesiredWrite write) => throw new NotSupportedException();

    public Task<TwinView> GetTwin() => throw new NotSupportedException();
}
