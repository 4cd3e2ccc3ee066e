using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.EndToEnd.Tests.Provisioning;

/// <summary>The test of the test: an audit that finds nothing must be one that would.</summary>
public sealed class ProvisioningAuditTests
{
    private static readonly DeviceId Id = DeviceId.Parse("a");
    private static readonly GroupPath Group = GroupPath.Parse("plant/line-1");

    [Fact]
    public void What_fits_has_no_fault() => Assert.Empty(ProvisioningAudit.Faults(Fleet(Active())));

    [Fact]
    public void What_was_taken_back_whole_has_no_fault() => Assert.Empty(ProvisioningAudit.Faults(Fleet(TakenBack())));

    public static TheoryData<string, string> Faults => new()
    {
        { "two-open", "active with 2 open credentials" },
        { "shut", "shut and were not revoked" },
        { "no-twin", "active without a twin" },
        { "no-maker", "does not know who made its twin" },
        { "no-member", "no member of" },
        { "other-group", "registered in group" },
        { "under-way", "is under way" },
        { "unlisted", "the directory does not know it" },
        { "listed-otherwise", "the directory says" },
        { "orphan", "credentials are left" },
        { "left-twin", "a twin is left" },
        { "ghost", "a ghost in" },
        { "nobody", "and nowhere else" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_does_not_fit_is_found(string what, string text)
    {
        var fleet = what switch
        {
            "two-open" => Fleet(With(Active(), identity => identity with { Credentials = [Open("1"), Open("2")] })),
            "shut" => Fleet(With(Active(), identity => identity with { Credentials = [Open("1"), Open("2") with { IsAllowed = false }] })),
            "no-twin" => Fleet(Active() with { View = View(Group, removed: true) }),
            "no-maker" => Fleet(With(Active(), identity => identity with { TwinBy = null })),
            "no-member" => Fleet(Active()) with { Members = new HashSet<DeviceId>() },
            "other-group" => Fleet(Active() with { View = View(null, removed: false) }),
            "under-way" => Fleet(With(Active(), identity => identity with { Saga = Saga(SagaState.Stuck) with { EndedAt = null } })),
            "unlisted" => Fleet(Active() with { Entry = null }),
            "listed-otherwise" => Fleet(Active() with { Entry = Entry(LifecycleState.Provisioning) }),
            "orphan" => Fleet(With(TakenBack(), identity => identity with { Credentials = [Open("1")] })),
            "left-twin" => Fleet(TakenBack() with { View = View(Group, removed: false) }),
            "ghost" => Fleet(TakenBack()) with { Members = new HashSet<DeviceId> { Id } },
            _ => Fleet(Active()) with { Members = new HashSet<DeviceId> { Id, DeviceId.Parse("nobody") } },
        };

        Assert.Contains(ProvisioningAudit.Faults(fleet), fault => fault.Contains(text, StringComparison.Ordinal));
    }

    private static StoredFleet Fleet(StoredDevice device) => new()
    {
        Devices = [device],
        Group = Group,
        Listed = 1,
        Members = device.Identity?.State == LifecycleState.Active ? new HashSet<DeviceId> { Id } : new HashSet<DeviceId>(),
    };

    private static StoredDevice Active() => new(Id, Identity(LifecycleState.Active, SagaState.Done, "s-1", Open("1")), View(Group, removed: false), Entry(LifecycleState.Active));

    private static StoredDevice TakenBack() =>
        new(Id, Identity(LifecycleState.Enrolled, SagaState.Compensated, null, Open("1") with { RevokedAt = 2 }), View(null, removed: true), Entry(LifecycleState.Enrolled));

    private static StoredDevice With(StoredDevice device, Func<DeviceIdentity, DeviceIdentity> change) => device with { Identity = change(device.Identity!) };

    private static DeviceIdentity Identity(LifecycleState state, SagaState saga, string? twinBy, params DeviceCredential[] credentials) => new()
    {
        DeviceId = Id,
        Revision = 9,
        State = state,
        Since = 1,
        Credentials = credentials,
        Saga = Saga(saga),
        TwinBy = twinBy,
    };

    private static SagaProgress Saga(SagaState state) =>
        new() { Instance = "provision-a-1", Kind = SagaKind.Provision, State = state, Step = SagaSteps.Activate, StepSince = 1, StartedAt = 1, EndedAt = 2 };

    private static DeviceCredential Open(string id) => new() { Id = id, CreatedAt = 1, By = "provision-a-1", IsAllowed = true };

    private static DirectoryEntry Entry(LifecycleState state) => new()
    {
        Key = Id.Value,
        Revision = 9,
        Summary = JsonSerializer.SerializeToElement(new IdentitySummary { State = state, Since = 1 }, ContractsJson.Default.IdentitySummary),
    };

    private static DeviceView View(GroupPath? group, bool removed) => new()
    {
        DeviceId = Id,
        Revision = 3,
        Presence = Presence.Unknown,
        Connects = 0,
        Metrics = new Dictionary<string, double>(),
        Totals = DeviceTotals.Zero,
        Group = group,
        IsRemoved = removed ? true : null,
    };
}
