using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Actors;

internal sealed partial class DeviceActor
{
    public Task<ChangeReply<DeviceCommand>> SendCommand(CommandRequest request) => throw new NotSupportedException();

    public Task<ChangeReply<DeviceCommand>> AnswerCommand(CommandAnswer answer) => throw new NotSupportedException();

    public Task<ChangeReply<DeviceCommand>> CancelCommand(CommandCancel cancel) => throw new NotSupportedException();

    public Task<CommandList> GetCommands() => throw new NotSupportedException();
}
