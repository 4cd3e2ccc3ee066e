using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Identities;

namespace DeviceFleet.Provisioning.Tests.Identities;

public sealed class LifecycleTests
{
    /// <summary>The moves of the product's documentation; everything else is refused.</summary>
    private static readonly HashSet<(LifecycleState? From, IdentityAction Action, LifecycleState To)> Moves =
    [
        (null, IdentityAction.Register, LifecycleState.Active),
        (LifecycleState.Enrolled, IdentityAction.Register, LifecycleState.Active),
        (null, IdentityAction.Reserve, LifecycleState.Provisioning),
        (LifecycleState.Enrolled, IdentityAction.Reserve, LifecycleState.Provisioning),
        (LifecycleState.Active, IdentityAction.Reserve, LifecycleState.Provisioning),
        (LifecycleState.Provisioning, IdentityAction.Activate, LifecycleState.Active),
        (LifecycleState.Active, IdentityAction.Suspend, LifecycleState.Suspended),
        (LifecycleState.Suspended, IdentityAction.Resume, LifecycleState.Active),
        (LifecycleState.Enrolled, IdentityAction.Retire, LifecycleState.Retired),
        (LifecycleState.Active, IdentityAction.Retire, LifecycleState.Retired),
        (LifecycleState.Suspended, IdentityAction.Retire, LifecycleState.Retired),
        (LifecycleState.Retired, IdentityAction.Readmit, LifecycleState.Enrolled),
    ];

    public static TheoryData<LifecycleState?, IdentityAction> EveryPair
    {
        get
        {
            var pairs = new TheoryData<LifecycleState?, IdentityAction>();
            foreach (var state in (LifecycleState?[])[null, .. Enum.GetValues<LifecycleState>().Cast<LifecycleState?>()])
            {
                foreach (var action in Enum.GetValues<IdentityAction>())
                {
                    pairs.Add(state, action);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(EveryPair))]
    public void Only_the_moves_of_the_table_lead_to_another_state(LifecycleState? from, IdentityAction action)
    {
        var move = Moves.Where(one => one.From == from && one.Action == action).Select(one => (LifecycleState?)one.To).FirstOrDefault();
        var refusal = Lifecycle.Refusal(from, action);

        if (move is not null)
        {
            Assert.Null(refusal);
            Assert.Equal(move, Lifecycle.Next(action));
        }
        else if (refusal is null)
        {
            Assert.Null(Lifecycle.Next(action));
        }
        else
        {
            Assert.EndsWith(".", refusal);
            Assert.Contains(Lifecycle.NameOf(action), refusal);
        }
    }
}
