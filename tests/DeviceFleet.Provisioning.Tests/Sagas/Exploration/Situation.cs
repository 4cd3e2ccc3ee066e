using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;
using DeviceFleet.Provisioning.Identities;

namespace DeviceFleet.Provisioning.Tests.Sagas.Exploration;

/// <summary>What a saga finds, and what it must leave.</summary>
internal sealed record Situation(string Name, SagaOrder Order, bool IsKnown)
{
    public static DateTimeOffset Begin { get; } = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly GroupPath Old = GroupPath.Parse("oslo");
    private static readonly GroupPath New = GroupPath.Parse("oslo/line-2");

    public static IReadOnlyList<Situation> All { get; } =
    [
        new("new device", Provision(needsApproval: false), IsKnown: false),
        new("new device, approval", Provision(needsApproval: true), IsKnown: false),
        new("known device", Provision(needsApproval: false), IsKnown: true),
        new("rotation", Order0(SagaKind.Rotate), IsKnown: true),
        new("decommission", Order0(SagaKind.Decommission), IsKnown: true),
    ];

    public void Prepare(ModelWorld world)
    {
        var state = IdentityState.New(Order.DeviceId);
        if (IsKnown)
        {
            state = state with
            {
                Revision = 1,
                State = LifecycleState.Active,
                HardwareId = Order.Kind == SagaKind.Provision ? Order.HardwareId : "hw",
                Credentials = [new StoredCredential { Id = "c0", CreatedAt = 0, By = "ann", IsAllowed = true, FirstUsedAt = 1, Hash = new PasswordHash(1, "", "") }],
            };
            world.Device = new ModelDevice(IsThere: true, IsRemoved: false, 3, "ann", Old, Order.Kind == SagaKind.Provision ? 0 : 2, Order.Kind == SagaKind.Provision ? "{}" : """{"a":5}""", "ann");
        }

        world.Identity = state.Begun(Order) with { Revision = 2 };
    }

    /// <summary>What is not as it has to be.</summary>
    public IEnumerable<string> Faults(SagaPath path, SagaProgress end)
    {
        var (identity, device) = (path.World.Identity, path.World.Device);
        if (end != path.Progress with { Skipped = end.Skipped })
        {
            yield return "The custom status says something else.";
        }

        if (identity.Running is not null || identity.Saga!.Progress.State != end.State)
        {
            yield return $"The identity says {identity.Saga!.Progress.State}.";
        }

        if (path.Events > 1_000)
        {
            yield return $"A history of {path.Events} events.";
        }

        var open = identity.Credentials.Where(credential => credential.RevokedAt is null).ToArray();
        foreach (var fault in end.State == SagaState.Done ? Undone(path, end, open) : Left(path, end, open))
        {
            yield return fault;
        }

        if (device is { IsThere: false, Group: not null })
        {
            yield return "A ghost in a group.";
        }
    }

    private IEnumerable<string> Undone(SagaPath path, SagaProgress end, StoredCredential[] open)
    {
        var (identity, device) = (path.World.Identity, path.World.Device);
        var wanted = Order.Kind == SagaKind.Decommission ? LifecycleState.Retired : LifecycleState.Active;
        if (identity.State != wanted)
        {
            yield return $"{identity.State}, not {wanted}.";
        }

        if (Order.Kind == SagaKind.Decommission)
        {
            if (open.Length > 0)
            {
                yield return "A credential is open.";
            }

            if (device.IsThere && !end.Skipped.Contains(SagaSteps.Delete))
            {
                yield return "The device is there.";
            }

            if (path.World.Archives.Count == 0 && !end.Skipped.Contains(SagaSteps.Archive))
            {
                yield return "No archive.";
            }

            yield break;
        }

        if (open is not [{ IsAllowed: true } only] || only.By != Order.Instance)
        {
            yield return $"{open.Length} credentials are open.";
        }

        if (!device.IsThere && !(end.Skipped.Contains(SagaSteps.Twin) && end.Skipped.Contains(SagaSteps.Group)))
        {
            yield return "No twin.";
        }

        if (Order.Kind == SagaKind.Provision && device.Group != New && !end.Skipped.Contains(SagaSteps.Group))
        {
            yield return "Not in its group.";
        }

        if (Order.Kind == SagaKind.Provision && device.Desired == "{}" && !end.Skipped.Contains(SagaSteps.Twin))
        {
            yield return "Not configured.";
        }
    }

    private IEnumerable<string> Left(SagaPath path, SagaProgress end, StoredCredential[] open)
    {
        var (identity, device) = (path.World.Identity, path.World.Device);
        var before = IsKnown ? LifecycleState.Active : LifecycleState.Enrolled;
        if (end.State != SagaState.Compensated || identity.State != before)
        {
            yield return $"{end.State}, {identity.State}.";
        }

        if (open.Any(credential => credential.By == Order.Instance))
        {
            yield return "Its credential is open.";
        }

        if (IsKnown && !open.Any(credential => credential is { Id: "c0", IsAllowed: true }))
        {
            yield return "The old credential is not open.";
        }

        if (identity.TwinBy is not null)
        {
            yield return $"A twin by {identity.TwinBy}.";
        }

        if (Order.Kind == SagaKind.Provision && path.World.IsCodeTaken)
        {
            yield return "The code is taken.";
        }

        // Deleted without an archive, because a person skipped it, a device cannot be restored.
        if (device.IsThere != IsKnown && !end.Skipped.Contains(SagaSteps.Archive))
        {
            yield return device.IsThere ? "The device is there." : "The device is gone.";
        }

        if (device.IsThere && (device.Group != (IsKnown ? Old : null) || device.Desired != (IsKnown && Order.Kind != SagaKind.Provision ? """{"a":5}""" : "{}")))
        {
            yield return $"The device is in {device.Group}, with {device.Desired}.";
        }
    }

    private static SagaOrder Provision(bool needsApproval) => Order0(SagaKind.Provision) with
    {
        HardwareId = "hw",
        EnrolmentId = "line",
        ClaimId = "claim-1",
        CodeId = "code-1",
        NeedsApproval = needsApproval,
        Allocation = new Allocation { Group = New, Type = "pump", Desired = JsonSerializer.Deserialize<JsonElement>("""{"a":1}""") },
    };

    private static SagaOrder Order0(SagaKind kind) => new()
    {
        Instance = $"{kind.ToString().ToLowerInvariant()}-pump-1-1",
        Kind = kind,
        DeviceId = Paths.Device,
        By = "device",
        At = Begin.ToUnixTimeMilliseconds(),
        ConnectWithinMs = 60_000,
    };
}
