using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Identities;
using DeviceFleet.Provisioning.Sagas;

namespace DeviceFleet.Provisioning.Tests.Identities;

public sealed class IdentityTransitionsTests
{
    [Fact]
    public void A_saga_leads_to_an_active_identity_with_one_open_credential()
    {
        var life = new IdentityLife();
        Assert.Equal(ClaimStatus.Pending, life.Claim().Status);
        var order = Assert.Single(life.Sent, item => item.Start is not null).Start!;
        Assert.Equal(("provision-pump-7-1", "c1", IdentityLife.Hardware), (order.Instance, order.ClaimId, order.HardwareId));

        var credential = life.Provision();

        var view = life.State.ToView();
        Assert.Equal((LifecycleState.Active, SagaState.Done, order.Instance), (view.State, view.Saga!.State, view.TwinBy));
        var open = Assert.Single(view.Credentials);
        Assert.Equal((credential, true, true), (open.Id, open.IsAllowed, open.FirstUsedAt is not null));
        Assert.Contains(life.Sent, item => item.Raise is { Name: SagaNames.Connected });
        Assert.DoesNotContain(life.Sent, item => item.Cut is not null);
        Assert.Equal(
            ["claim", "reserve", "issue", "allow", "note-twin", "answer", "connected", "activate"], life.Sent.Where(item => item.Audit is not null).Select(item => item.Audit!.Action));
    }

    [Fact]
    public void An_action_told_again_is_answered_the_same_and_changes_nothing()
    {
        var life = new IdentityLife();
        life.Claim();
        life.Saga(IdentityAction.Reserve, SagaSteps.Reserve);
        var first = life.Saga(IdentityAction.Issue, SagaSteps.Issue);
        var revision = life.State.Revision;

        var again = life.Saga(IdentityAction.Issue, SagaSteps.Issue);

        Assert.Equal((ChangeOutcome.Applied, ChangeOutcome.Unchanged), (first.Outcome, again.Outcome));
        Assert.Equal(first.Value!.CredentialId, again.Value!.CredentialId);
        Assert.Equal(revision, life.State.Revision);
        Assert.Single(life.State.Credentials);
    }

    [Fact]
    public void What_is_taken_back_leaves_nothing()
    {
        foreach (var step in SagaSteps.Of(SagaKind.Provision).SkipLast(1))
        {
            var life = new IdentityLife();
            life.Claim();
            life.Provision(step);

            life.TakeBack(step);

            Assert.Equal((LifecycleState.Enrolled, SagaState.Compensated), (life.State.State, life.State.Saga!.Progress.State));
            Assert.Null(life.State.TwinBy);
            Assert.DoesNotContain(life.State.Credentials, credential => credential.RevokedAt is null);
            Assert.DoesNotContain(life.State.Credentials, credential => credential.Seed is not null || credential.Hash is not null);
            Assert.Null(life.State.HardwareId);
        }
    }

    [Fact]
    public void A_saga_that_activated_reserves_no_more()
    {
        var life = new IdentityLife();
        life.Claim();
        life.Provision(SagaSteps.Connect);
        life.Saga(IdentityAction.Activate, SagaSteps.Activate);

        Assert.Equal(ChangeOutcome.Conflict, life.Saga(IdentityAction.Reserve, SagaSteps.Approve, SagaState.Done).Outcome);
        Assert.Equal(LifecycleState.Active, life.State.Lifecycle);
    }

    [Fact]
    public void What_comes_late_from_a_saga_that_takes_back_is_refused()
    {
        var life = new IdentityLife();
        life.Claim();
        life.Provision(SagaSteps.Issue);
        life.Saga(IdentityAction.Progress, SagaSteps.Allow, SagaState.Compensating);

        var late = life.Saga(IdentityAction.Allow, SagaSteps.Allow);
        var again = life.Saga(IdentityAction.Issue, SagaSteps.Issue);
        var progress = life.Saga(IdentityAction.Progress, SagaSteps.Allow);

        Assert.Equal((ChangeOutcome.Conflict, ChangeOutcome.Conflict, ChangeOutcome.Conflict), (late.Outcome, again.Outcome, progress.Outcome));
        Assert.Equal(SagaState.Compensating, life.State.Saga!.Progress.State);

        life.Saga(IdentityAction.Withdraw, SagaSteps.Issue, SagaState.Compensating);
        life.Saga(IdentityAction.Release, SagaSteps.Reserve, SagaState.Compensated);
        Assert.Equal(ChangeOutcome.Unchanged, life.Saga(IdentityAction.Withdraw, SagaSteps.Issue, SagaState.Compensating).Outcome);
        Assert.Equal(ChangeOutcome.Conflict, life.Saga(IdentityAction.Reserve, SagaSteps.Reserve).Outcome);
        Assert.Equal(LifecycleState.Enrolled, life.State.State);
    }

    [Fact]
    public void A_saga_that_has_ended_cannot_be_taken_back()
    {
        var life = new IdentityLife();
        life.Claim();
        life.Provision();

        var reply = life.Saga(IdentityAction.Progress, SagaSteps.Activate, SagaState.Compensating);

        Assert.Equal((ChangeOutcome.Conflict, SagaState.Done), (reply.Outcome, reply.Value!.Identity.Saga!.State));
        Assert.Equal(ChangeOutcome.Unchanged, life.Saga(IdentityAction.Activate, SagaSteps.Activate, SagaState.Done).Outcome);
    }

    [Fact]
    public void A_device_that_provisions_itself_anew_keeps_its_old_credential_until_the_new_one_stands()
    {
        var life = new IdentityLife();
        life.Claim();
        var old = life.Provision()!;
        Assert.Equal(ClaimStatus.Pending, life.Claim(mayReprovision: true).Status);
        life.Provision(SagaSteps.Connect);
        Assert.Equal(2, life.State.ToVerifiers(life.Now).Verifiers.Count);

        life.TakeBack();
        Assert.Equal((LifecycleState.Active, old), (life.State.State, Assert.Single(life.State.ToVerifiers(life.Now).Verifiers).CredentialId));

        life.Claim(mayReprovision: true);
        var fresh = life.Provision();
        Assert.Equal(fresh, Assert.Single(life.State.ToVerifiers(life.Now).Verifiers).CredentialId);
    }

    [Fact]
    public void A_rotation_that_is_taken_back_gives_back_what_it_revoked()
    {
        var life = new IdentityLife();
        var first = life.Person(IdentityAction.Register).Value!;
        life.Connect(first.CredentialId!);
        life.Person(IdentityAction.Rotate);
        var order = life.Sent.Single(item => item.Start is not null).Start!;
        Assert.Equal((SagaKind.Rotate, "rotate-pump-7-1"), (order.Kind, order.Instance));
        life.Saga(IdentityAction.Issue, SagaSteps.Issue);
        life.Saga(IdentityAction.Allow, SagaSteps.Allow);
        life.Saga(IdentityAction.Answer, SagaSteps.Answer);
        life.Connect(first.CredentialId!);
        Assert.Contains(life.Sent, item => item.Raise is { Name: SagaNames.Seen });
        life.Saga(IdentityAction.Revoke, SagaSteps.Revoke);
        Assert.NotNull(life.State.Credentials[0].RevokedAt);

        life.Saga(IdentityAction.Progress, SagaSteps.Revoke, SagaState.Compensating);
        life.Saga(IdentityAction.Withdraw, SagaSteps.Issue, SagaState.Compensating);
        life.Saga(IdentityAction.Progress, SagaSteps.Issue, SagaState.Compensated);

        Assert.Equal((LifecycleState.Active, first.CredentialId), (life.State.State, Assert.Single(life.State.ToVerifiers(life.Now).Verifiers).CredentialId));
    }

    [Fact]
    public void A_decommissioned_device_is_retired_without_credentials_and_comes_back_only_when_readmitted()
    {
        var life = new IdentityLife();
        life.Claim();
        life.Provision();
        life.Person(IdentityAction.Decommission);
        Assert.Equal(ChangeOutcome.Applied, life.Saga(IdentityAction.Revoke, SagaSteps.Revoke, credentialId: "*").Outcome);
        Assert.Contains(life.Sent, item => item.Cut is true);
        life.Saga(IdentityAction.ForgetTwin, SagaSteps.Retire);
        Assert.Equal(ChangeOutcome.Applied, life.Saga(IdentityAction.Retire, SagaSteps.Retire, SagaState.Done).Outcome);

        Assert.Equal((LifecycleState.Retired, (string?)null), (life.State.State, life.State.TwinBy));
        Assert.Empty(life.State.ToVerifiers(life.Now).Verifiers);
        Assert.Equal(RejectionReasons.NotActive, life.Claim().Reason);

        life.Person(IdentityAction.Readmit);
        Assert.Equal(RejectionReasons.IdentityTaken, life.Claim(hardware: "B0:00").Reason);
        Assert.Equal(ClaimStatus.Pending, life.Claim().Status);
    }

    [Fact]
    public void A_person_locks_out_and_revokes_at_once()
    {
        var life = new IdentityLife();
        var made = life.Person(IdentityAction.Register).Value!;
        Assert.NotNull(made.Secret);
        Assert.Null(life.State.Credentials[0].Seed);

        life.Person(IdentityAction.Suspend);
        Assert.Empty(life.State.ToVerifiers(life.Now).Verifiers);
        Assert.Single(life.Sent, item => item.Cut is true);
        life.Connect(made.CredentialId!); // it was being let in when the lock fell
        Assert.Equal(2, life.Sent.Count(item => item.Cut is true));

        life.Person(IdentityAction.Resume);
        Assert.Equal(ChangeOutcome.NotFound, life.Person(IdentityAction.Revoke, "c9").Outcome);
        Assert.Equal(ChangeOutcome.Applied, life.Person(IdentityAction.Revoke, made.CredentialId).Outcome);
        Assert.Equal(ChangeOutcome.Unchanged, life.Person(IdentityAction.Revoke, "*").Outcome);
        Assert.Null(life.State.Credentials[0].Hash);
        Assert.Equal(3, life.Sent.Count(item => item.Cut is true));
    }

    [Fact]
    public void Four_credentials_are_the_most()
    {
        var life = new IdentityLife();
        life.Person(IdentityAction.Register);
        for (var more = 0; more < 3; more++)
        {
            Assert.Equal(ChangeOutcome.Applied, life.Person(IdentityAction.AddCredential).Outcome);
        }

        Assert.Equal(ChangeOutcome.Full, life.Person(IdentityAction.AddCredential).Outcome);
        Assert.Equal(ChangeOutcome.Full, life.Person(IdentityAction.Rotate).Outcome);
        life.Person(IdentityAction.Revoke, "c1");
        Assert.Equal("c5", life.Person(IdentityAction.AddCredential).Value!.CredentialId);
    }

    [Theory]
    [InlineData(SagaState.Stuck, SagaChoice.Retry, true)]
    [InlineData(SagaState.Stuck, SagaChoice.Skip, false)] // the step is allow
    [InlineData(SagaState.Running, SagaChoice.Retry, false)]
    [InlineData(SagaState.Running, SagaChoice.Approve, false)]
    [InlineData(SagaState.Running, SagaChoice.Compensate, true)]
    [InlineData(SagaState.Approval, SagaChoice.Approve, true)]
    [InlineData(SagaState.Compensating, SagaChoice.Compensate, false)]
    public void A_choice_is_for_a_saga_that_can_follow_it(SagaState state, SagaChoice choice, bool isTaken)
    {
        var life = new IdentityLife();
        life.Claim();
        life.Provision(SagaSteps.Issue);
        life.Saga(IdentityAction.Progress, SagaSteps.Allow, state);

        var reply = life.Person(IdentityAction.Choose, choice: choice, forInstance: life.Instance);
        var again = life.Person(IdentityAction.Choose, choice: choice, forInstance: life.Instance);

        Assert.Equal(isTaken ? (ChangeOutcome.Applied, ChangeOutcome.Unchanged) : (ChangeOutcome.Conflict, ChangeOutcome.Conflict), (reply.Outcome, again.Outcome));
        Assert.Equal(isTaken ? 1 : 0, life.Sent.Count(item => item.Raise?.Decision?.Choice == choice));
        Assert.Equal(ChangeOutcome.Conflict, life.Person(IdentityAction.Choose, choice: SagaChoice.Compensate, forInstance: "provision-pump-7-9").Outcome);
    }

    [Fact]
    public void A_connection_that_changes_nothing_writes_nothing()
    {
        var life = new IdentityLife();
        life.Claim();
        var credential = life.Provision()!;
        var state = life.State;

        var (next, reply) = state.Apply(
            new IdentityChange { Action = IdentityAction.Connected, CredentialId = credential, By = "broker", At = life.Now }, secrets: null!);

        Assert.Same(state, next);
        Assert.Equal(ChangeOutcome.Unchanged, reply.Outcome);
    }

    [Fact]
    public void A_change_that_is_no_change_is_refused_with_all_that_is_wrong()
    {
        var life = new IdentityLife();
        Assert.Equal(ChangeOutcome.Invalid, life.Person(IdentityAction.Register, by: "").Outcome);
        Assert.Equal(ChangeOutcome.Invalid, life.Apply(new IdentityChange { Action = IdentityAction.Reserve, By = "ada", At = 1 }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, life.Apply(new IdentityChange { Action = IdentityAction.Suspend, Reason = new string('x', 501), By = "ada", At = 1 }).Outcome);
        Assert.Equal(ChangeOutcome.NotFound, life.Person(IdentityAction.Suspend).Outcome);
        Assert.Equal(0, life.State.Revision);
    }
}
