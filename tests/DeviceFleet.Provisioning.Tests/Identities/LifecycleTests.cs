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

    [Theory]
    [MemberData(nameof(EveryPair))]
    public void An_identity_does_what_the_table_says(LifecycleState? from, IdentityAction action)
    {
        var life = In(from);
        var before = life.State;
        var isLegal = Lifecycle.Refusal(from, action) is null;

        var reply = action switch
        {
            IdentityAction.Retire => Retire(life),
            IdentityAction.Reserve or IdentityAction.Activate or IdentityAction.Release or IdentityAction.Issue or IdentityAction.Withdraw or IdentityAction.Allow or IdentityAction.Forbid
                or IdentityAction.NoteTwin or IdentityAction.ForgetTwin or IdentityAction.Answer or IdentityAction.Progress => null, // sagas' own: IdentityTransitionsTests
            _ => life.Person(action, credentialId: "*", choice: SagaChoice.Retry),
        };

        if (reply is { Outcome: Contracts.Devices.ChangeOutcome.Applied })
        {
            Assert.True(isLegal);
            Assert.Equal(Lifecycle.Next(action) ?? from, life.State.Lifecycle);
        }
        else
        {
            Assert.Equal(before.Lifecycle, life.State.Lifecycle);
            Assert.False(isLegal && Lifecycle.Next(action) is not null && reply is not null, reply?.Detail);
        }
    }

    private static Contracts.Devices.ChangeReply<IdentityReply>? Retire(IdentityLife life)
    {
        // A saga retires, and none begins where nobody may decommission.
        return life.Person(IdentityAction.Decommission).Value is { Identity.Saga.Kind: SagaKind.Decommission, Identity.Saga.EndedAt: null }
            ? life.Saga(IdentityAction.Retire, SagaSteps.Retire, SagaState.Done)
            : null;
    }

    private static IdentityLife In(LifecycleState? state)
    {
        var life = new IdentityLife();
        switch (state)
        {
            case null:
                break;
            case LifecycleState.Enrolled:
                life.Claim();
                life.Provision(SagaSteps.Connect);
                life.TakeBack();
                break;
            case LifecycleState.Provisioning:
                life.Claim();
                life.Provision(SagaSteps.Connect);
                break;
            case LifecycleState.Active:
                life.Claim();
                life.Provision();
                break;
            case LifecycleState.Suspended:
                life.Person(IdentityAction.Register);
                life.Person(IdentityAction.Suspend);
                break;
            case LifecycleState.Retired:
                life.Person(IdentityAction.Register);
                Retire(life);
                break;
        }

        Assert.Equal(state, life.State.Lifecycle);
        return life;
    }
}
