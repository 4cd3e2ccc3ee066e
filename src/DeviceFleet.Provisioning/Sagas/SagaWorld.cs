using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.Actors.Client;
using Dapr.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>The world through Dapr: actors, output bindings, state and secret store. Thread-safe.</summary>
internal sealed class SagaWorld(IActorProxyFactory factory, DaprClient dapr, ServiceKeys keys) : ISagaWorld
{
    private const int ProxiesMax = 10_000;

    private readonly ProxyCache _identities = new(factory, IdentityActorMethods.ActorType, ProxiesMax);
    private readonly ProxyCache _enrolments = new(factory, EnrolmentActorMethods.ActorType, ProxiesMax);
    private readonly ProxyCache _devices = new(factory, DeviceActorMethods.ActorType, ProxiesMax);

    public Task<ChangeReply<IdentityReply>> ApplyAsync(DeviceId device, IdentityChange change) =>
        _identities[device.Value].InvokeMethodAsync<IdentityChange, ChangeReply<IdentityReply>>(IdentityActorMethods.Apply, change);

    public Task<ChangeReply<DeviceIdentity>> GetIdentityAsync(DeviceId device) =>
        _identities[device.Value].InvokeMethodAsync<ChangeReply<DeviceIdentity>>(IdentityActorMethods.Get);

    public Task<ChangeReply<CredentialMessage>> GetSecretAsync(DeviceId device, SecretQuery query) =>
        _identities[device.Value].InvokeMethodAsync<SecretQuery, ChangeReply<CredentialMessage>>(IdentityActorMethods.GetSecret, query);

    public Task<AuditPage> GetAuditAsync(DeviceId device) => _identities[device.Value].InvokeMethodAsync<AuditPage>(IdentityActorMethods.GetAudit);

    public Task<ClaimVerdict> RecheckAsync(string enrolment, RecheckQuery query) =>
        _enrolments[enrolment].InvokeMethodAsync<RecheckQuery, ClaimVerdict>(EnrolmentActorMethods.Recheck, query);

    public Task ReleaseCodeAsync(string enrolment, CodeRelease release) =>
        _enrolments[enrolment].InvokeMethodAsync<CodeRelease, ChangeReply<Enrolment>>(EnrolmentActorMethods.ReleaseCode, release);

    public Task<DeviceView> GetViewAsync(DeviceId device) => _devices[device.Value].InvokeMethodAsync<DeviceView>(DeviceActorMethods.GetView);

    public Task<TwinView> GetTwinAsync(DeviceId device) => _devices[device.Value].InvokeMethodAsync<TwinView>(DeviceActorMethods.GetTwin);

    public Task<AlarmList> GetAlarmsAsync(DeviceId device) => _devices[device.Value].InvokeMethodAsync<AlarmList>(DeviceActorMethods.GetAlarms);

    public Task<CommandList> GetCommandsAsync(DeviceId device) => _devices[device.Value].InvokeMethodAsync<CommandList>(DeviceActorMethods.GetCommands);

    public Task<ChangeReply<DeviceRegistration>> CreateAsync(DeviceId device, DeviceCreate create) =>
        _devices[device.Value].InvokeMethodAsync<DeviceCreate, ChangeReply<DeviceRegistration>>(DeviceActorMethods.Create, create);

    public Task<ChangeReply<DeviceRegistration>> RemoveAsync(DeviceId device, DeviceRemoval removal) =>
        _devices[device.Value].InvokeMethodAsync<DeviceRemoval, ChangeReply<DeviceRegistration>>(DeviceActorMethods.Remove, removal);

    public Task<ChangeReply<DeviceRegistration>> WriteRegistrationAsync(DeviceId device, RegistrationWrite write) =>
        _devices[device.Value].InvokeMethodAsync<RegistrationWrite, ChangeReply<DeviceRegistration>>(DeviceActorMethods.WriteRegistration, write);

    public Task<ChangeReply<TwinView>> WriteDesiredAsync(DeviceId device, DesiredWrite write) =>
        _devices[device.Value].InvokeMethodAsync<DesiredWrite, ChangeReply<TwinView>>(DeviceActorMethods.WriteDesired, write);

    public Task DrainAsync(DeviceId device, DeviceDrain drain) =>
        _devices[device.Value].InvokeMethodAsync<DeviceDrain, DeviceView>(DeviceActorMethods.Drain, drain);

    public async Task SendAsync(string topic, ReadOnlyMemory<byte> payload)
    {
        var request = new BindingRequest(DaprNames.DeviceOut, "create") { Data = payload };
        request.Metadata["topic"] = topic;
        await dapr.InvokeBindingAsync(request, CancellationToken.None);
    }

    public async Task<DeviceArchive?> ReadArchiveAsync(string key)
    {
        var stored = await dapr.GetByteStateAsync(DaprNames.ArchiveStateStore, key);
        return stored.IsEmpty ? null : JsonSerializer.Deserialize(stored.Span, ArchiveJson.Default.DeviceArchive);
    }

    public Task WriteArchiveAsync(string key, DeviceArchive archive) => dapr.SaveByteStateAsync(
        DaprNames.ArchiveStateStore, key, JsonSerializer.SerializeToUtf8Bytes(archive, ArchiveJson.Default.DeviceArchive));

    public Task DropArchiveAsync(string key) => dapr.DeleteStateAsync(DaprNames.ArchiveStateStore, key);

    public async Task<string?> FirmwareKeyAsync() => await keys.GetFirmwarePublicAsync(CancellationToken.None);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DeviceArchive))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
