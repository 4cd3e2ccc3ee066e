using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>All that the activities of sagas touch. Every member may fail before or after its effect, by an exception; the exploration of the tests lets each do both.</summary>
internal interface ISagaWorld
{
    Task<ChangeReply<IdentityReply>> ApplyAsync(DeviceId device, IdentityChange change);

    Task<ChangeReply<DeviceIdentity>> GetIdentityAsync(DeviceId device);

    Task<ChangeReply<CredentialMessage>> GetSecretAsync(DeviceId device, SecretQuery query);

    Task<AuditPage> GetAuditAsync(DeviceId device);

    Task<ClaimVerdict> RecheckAsync(string enrolment, RecheckQuery query);

    Task ReleaseCodeAsync(string enrolment, CodeRelease release);

    Task<DeviceView> GetViewAsync(DeviceId device);

    Task<TwinView> GetTwinAsync(DeviceId device);

    Task<AlarmList> GetAlarmsAsync(DeviceId device);

    Task<CommandList> GetCommandsAsync(DeviceId device);

    Task<ChangeReply<DeviceRegistration>> CreateAsync(DeviceId device, DeviceCreate create);

    Task<ChangeReply<DeviceRegistration>> RemoveAsync(DeviceId device, DeviceRemoval removal);

    Task<ChangeReply<DeviceRegistration>> WriteRegistrationAsync(DeviceId device, RegistrationWrite write);

    Task<ChangeReply<TwinView>> WriteDesiredAsync(DeviceId device, DesiredWrite write);

    Task DrainAsync(DeviceId device, DeviceDrain drain);

    /// <summary>Sends to a device, or to who asked under a claim. Nobody says whether it was there.</summary>
    /// <exception cref="Dapr.DaprException">The broker did not take it.</exception>
    Task SendAsync(string topic, ReadOnlyMemory<byte> payload);

    Task<DeviceArchive?> ReadArchiveAsync(string key);

    Task WriteArchiveAsync(string key, DeviceArchive archive);

    Task DropArchiveAsync(string key);

    /// <summary>Base64 of the SubjectPublicKeyInfo of the key that firmware is signed with; null: there is none.</summary>
    Task<string?> FirmwareKeyAsync();
}

/// <summary>What is left of a device: in state store <c>archive-state</c>, key <c>{deviceId}/{instance}</c>.</summary>
internal sealed record DeviceArchive
{
    /// <summary>When it was put away, Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>Why; null: not said.</summary>
    public string? Reason { get; init; }

    public required DeviceView View { get; init; }

    public required DeviceRegistration? Registration { get; init; }

    public required TwinView Twin { get; init; }

    public required AlarmList Alarms { get; init; }

    public required CommandList Commands { get; init; }

    public required DeviceIdentity? Identity { get; init; }

    public required AuditPage Audit { get; init; }
}
