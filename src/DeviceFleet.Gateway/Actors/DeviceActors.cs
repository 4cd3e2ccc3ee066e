using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Gateway.Actors;

/// <summary>Calls device actors. Each call fails as <see cref="ActorFaults"/> says when its actor cannot be reached.</summary>
internal sealed class DeviceActors(IActorProxyFactory factory)
{
    private readonly ProxyCache _proxies = new(factory, DeviceActorMethods.ActorType, ActorsSetup.ProxiesMax);

    public Task<DeviceView> GetViewAsync(DeviceId id, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<DeviceView>(DeviceActorMethods.GetView, cancellationToken);

    public Task<ChangeReply<DeviceRegistration>> CreateAsync(DeviceId id, DeviceCreate create, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<DeviceCreate, ChangeReply<DeviceRegistration>>(DeviceActorMethods.Create, create, cancellationToken);

    public Task<ChangeReply<DeviceRegistration>> RemoveAsync(DeviceId id, DeviceRemoval removal, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<DeviceRemoval, ChangeReply<DeviceRegistration>>(DeviceActorMethods.Remove, removal, cancellationToken);

    public Task<TwinView> GetTwinAsync(DeviceId id, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<TwinView>(DeviceActorMethods.GetTwin, cancellationToken);

    public Task<ChangeReply<TwinView>> WriteDesiredAsync(DeviceId id, DesiredWrite write, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<DesiredWrite, ChangeReply<TwinView>>(DeviceActorMethods.WriteDesired, write, cancellationToken);

    public Task<ChangeReply<DeviceRegistration>> WriteRegistrationAsync(DeviceId id, RegistrationWrite write, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<RegistrationWrite, ChangeReply<DeviceRegistration>>(DeviceActorMethods.WriteRegistration, write, cancellationToken);

    public Task<ChangeReply<DeviceCommand>> SendCommandAsync(DeviceId id, CommandRequest request, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<CommandRequest, ChangeReply<DeviceCommand>>(DeviceActorMethods.SendCommand, request, cancellationToken);

    public Task<ChangeReply<DeviceCommand>> CancelCommandAsync(DeviceId id, CommandCancel cancel, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<CommandCancel, ChangeReply<DeviceCommand>>(DeviceActorMethods.CancelCommand, cancel, cancellationToken);

    public Task<CommandList> GetCommandsAsync(DeviceId id, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<CommandList>(DeviceActorMethods.GetCommands, cancellationToken);

    public Task<ChangeReply<DeviceAlarm>> ChangeAlarmAsync(DeviceId id, AlarmChange change, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<AlarmChange, ChangeReply<DeviceAlarm>>(DeviceActorMethods.ChangeAlarm, change, cancellationToken);

    public Task<AlarmList> GetAlarmsAsync(DeviceId id, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<AlarmList>(DeviceActorMethods.GetAlarms, cancellationToken);
}
