using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;
using DeviceFleet.Provisioning.Identities;
using DeviceFleet.Provisioning.Sagas;

namespace DeviceFleet.Provisioning.Tests.Sagas.Exploration;

/// <summary>
/// What sagas touch, in memory: the identity is the real one's transitions, the device a model of its actor. Each call passes a gate before its effect, at which it may fail, end with its
/// process, hang, or be refused; after the last effect of an activity the same may happen to its result.
/// </summary>
internal sealed class ModelWorld(Func<string, Task<bool>> before) : ISagaWorld
{
    private static readonly SecretMaker Secrets = new(new byte[32], 1);

    public IdentityState Identity { get; set; } = null!;

    public ModelDevice Device { get; set; } = ModelDevice.None;

    public Dictionary<string, DeviceArchive> Archives { get; } = [];

    public List<string> Sent { get; } = [];

    /// <summary>Whether the code that the saga redeems is taken.</summary>
    public bool IsCodeTaken { get; set; } = true;

    /// <summary>A change that no saga asks for.</summary>
    public ChangeReply<IdentityReply> Do(IdentityChange change)
    {
        var (next, reply) = Identity.Apply(change, Secrets);
        Identity = next with { Audit = [], Outbox = [.. next.Outbox.Where(item => item.Raise is not null)] };
        return reply;
    }

    /// <summary>Takes the outbox's events for the saga.</summary>
    public IReadOnlyList<SagaCall> TakeRaised()
    {
        SagaCall[] raised = [.. Identity.Outbox.Where(item => item.Raise is not null).Select(item => item.Raise!)];
        Identity = Identity with { Outbox = [] };
        return raised;
    }

    public Task<ChangeReply<IdentityReply>> ApplyAsync(DeviceId device, IdentityChange change) => CallAsync(
        $"identity.{change.Action}",
        () => Do(change),
        change.Action == IdentityAction.Issue ? () => new ChangeReply<IdentityReply> { Outcome = ChangeOutcome.Full, Detail = "Full." } : null);

    public Task<ChangeReply<DeviceIdentity>> GetIdentityAsync(DeviceId device) => CallAsync("identity.Get", () => new ChangeReply<DeviceIdentity>
    {
        Outcome = Identity.Lifecycle is null ? ChangeOutcome.NotFound : ChangeOutcome.Unchanged, Value = Identity.Lifecycle is null ? null : Identity.ToView(),
    });

    public Task<ChangeReply<CredentialMessage>> GetSecretAsync(DeviceId device, SecretQuery query) => CallAsync("identity.GetSecret", () =>
        Identity.CredentialOf(query.Instance) is { Seed: not null } credential
            ? new ChangeReply<CredentialMessage> { Outcome = ChangeOutcome.Unchanged, Value = new CredentialMessage(credential.Id, "secret", 0) }
            : new ChangeReply<CredentialMessage> { Outcome = ChangeOutcome.Conflict });

    public Task<AuditPage> GetAuditAsync(DeviceId device) => CallAsync("identity.GetAudit", () => new AuditPage([], null));

    public Task<ClaimVerdict> RecheckAsync(string enrolment, RecheckQuery query) =>
        CallAsync("enrolment.Recheck", () => new ClaimVerdict(), () => new ClaimVerdict { Reason = RejectionReasons.Denied, Detail = "On the list." });

    public Task ReleaseCodeAsync(string enrolment, CodeRelease release) => CallAsync("enrolment.ReleaseCode", () => IsCodeTaken = false);

    public Task<DeviceView> GetViewAsync(DeviceId device) => CallAsync("device.GetView", () => Device.ToView());

    public Task<TwinView> GetTwinAsync(DeviceId device) => CallAsync("device.GetTwin", () => Device.ToTwin());

    public Task<AlarmList> GetAlarmsAsync(DeviceId device) => CallAsync("device.GetAlarms", () => new AlarmList([]));

    public Task<CommandList> GetCommandsAsync(DeviceId device) => CallAsync("device.GetCommands", () => new CommandList([]));

    public Task<ChangeReply<DeviceRegistration>> CreateAsync(DeviceId device, DeviceCreate create) => CallAsync("device.Create", () => Take(Device.Create(create)), Refusal<DeviceRegistration>);

    public Task<ChangeReply<DeviceRegistration>> RemoveAsync(DeviceId device, DeviceRemoval removal) => CallAsync("device.Remove", () => Take(Device.Remove(removal)));

    public Task<ChangeReply<DeviceRegistration>> WriteRegistrationAsync(DeviceId device, RegistrationWrite write) =>
        CallAsync("device.WriteRegistration", () => Take(Device.Write(write)), write.SetGroup ? Refusal<DeviceRegistration> : null);

    public Task<ChangeReply<TwinView>> WriteDesiredAsync(DeviceId device, DesiredWrite write) => CallAsync(
        "device.WriteDesired",
        () =>
        {
            (Device, var outcome) = Device.Write(write);
            return new ChangeReply<TwinView> { Outcome = outcome, Value = Device.ToTwin() };
        },
        Refusal<TwinView>);

    public Task DrainAsync(DeviceId device, DeviceDrain drain) => CallAsync("device.Drain", () => true);

    public Task SendAsync(string topic, ReadOnlyMemory<byte> payload) => CallAsync("send", () =>
    {
        Sent.Add(topic);
        return true;
    });

    public Task<DeviceArchive?> ReadArchiveAsync(string key) => CallAsync("archive.Read", () => Archives.GetValueOrDefault(key));

    public Task WriteArchiveAsync(string key, DeviceArchive archive) => CallAsync("archive.Write", () => Archives[key] = archive);

    public Task DropArchiveAsync(string key) => CallAsync("archive.Drop", () => Archives.Remove(key));

    public Task<string?> FirmwareKeyAsync() => CallAsync("secrets.Get", string? () => null);

    private static ChangeReply<T> Refusal<T>()
        where T : class => new() { Outcome = ChangeOutcome.Invalid, Detail = "Not as it should be." };

    private async Task<T> CallAsync<T>(string name, Func<T> effect, Func<T>? refusal = null)
    {
        if (await before(refusal is null ? name : name + "?"))
        {
            return refusal!();
        }

        return effect();
    }

    private ChangeReply<DeviceRegistration> Take((ModelDevice Next, ChangeOutcome Outcome) change)
    {
        Device = change.Next;
        return new ChangeReply<DeviceRegistration> { Outcome = change.Outcome, Value = Device.ToRegistration() };
    }
}

/// <summary>What matters here of a device's actor.</summary>
internal sealed record ModelDevice(bool IsThere, bool IsRemoved, long Version, string? By, GroupPath? Group, long DesiredVersion, string Desired, string? DesiredBy, string? KeptFrom = null)
{
    public static ModelDevice None { get; } = new(false, false, 0, null, null, 0, "{}", null);

    public DeviceView ToView() => new()
    {
        DeviceId = Paths.Device,
        Revision = IsThere || IsRemoved ? 1 : 0,
        Presence = Presence.Unknown,
        Connects = 0,
        Metrics = new Dictionary<string, double>(),
        Totals = new DeviceTotals(0, 0, 0, 0, 0, 0),
        Group = Group,
        RegistrationVersion = Version,
        Twin = new TwinSummary(DesiredVersion, 0, null),
        IsRemoved = IsRemoved ? true : null,
    };

    public DeviceRegistration ToRegistration() => new() { Version = Version, Group = Group, By = By };

    public TwinView ToTwin()
    {
        var empty = JsonSerializer.Deserialize<JsonElement>("{}");
        var nobody = new TwinDocument { Version = 0, Value = empty, Writers = new Dictionary<string, TwinWriter>() };
        var writers = Desired == "{}" ? new Dictionary<string, TwinWriter>() : new Dictionary<string, TwinWriter> { ["/a"] = new(DesiredVersion, 0, DesiredBy!) };
        return new TwinView
        {
            DeviceId = Paths.Device,
            Revision = 1,
            Desired = new TwinDocument { Version = DesiredVersion, Value = JsonSerializer.Deserialize<JsonElement>(Desired), Writers = writers },
            Reported = nobody,
            Delta = empty,
        };
    }

    public (ModelDevice, ChangeOutcome) Create(DeviceCreate create) =>
        IsRemoved && KeptFrom == create.By ? (this, ChangeOutcome.Conflict)
        : IsThere && Version > 0 ? (this, ChangeOutcome.Unchanged)
        : (this with { IsThere = true, IsRemoved = false, KeptFrom = null, Version = Version + 1, By = create.By }, IsThere ? ChangeOutcome.Unchanged : ChangeOutcome.Applied);

    public (ModelDevice, ChangeOutcome) Remove(DeviceRemoval removal) => IsThere
        ? (None with { IsRemoved = true, Version = Version + 1, By = removal.By, KeptFrom = removal.KeepsAway ? removal.By : null }, ChangeOutcome.Applied)
        : (removal.KeepsAway ? this with { IsRemoved = true, KeptFrom = removal.By } : this, ChangeOutcome.Unchanged);

    public (ModelDevice, ChangeOutcome) Write(RegistrationWrite write) =>
        IsRemoved ? (this, ChangeOutcome.NotFound)
        : !write.SetGroup || write.Group == Group ? (this, ChangeOutcome.Unchanged)
        : (this with { IsThere = true, Version = Version + 1, Group = write.Group, By = write.By }, ChangeOutcome.Applied);

    public (ModelDevice, ChangeOutcome) Write(DesiredWrite write)
    {
        var text = write.Document.GetRawText();
        return IsRemoved ? (this, ChangeOutcome.NotFound)
            : write.IfVersion is { } version && version != DesiredVersion ? (this, ChangeOutcome.Conflict)
            : text == Desired ? (this, ChangeOutcome.Unchanged)
            : (this with { IsThere = true, DesiredVersion = DesiredVersion + 1, Desired = text, DesiredBy = write.By }, ChangeOutcome.Applied);
    }
}
