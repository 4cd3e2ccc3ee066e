using CsCheck;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Identities;

namespace DeviceFleet.Provisioning.Tests.Identities;

/// <summary>Whatever comes in whatever order, what must hold of an identity holds after each change.</summary>
public sealed class IdentityModelTests
{
    private static readonly Gen<Event> Events = Gen.OneOf(
        Gen.Bool.Select(anew => new Event($"claim, may reprovision: {anew}", life => life.Claim(mayReprovision: anew))),
        Gen.Const(new Event("claim of other hardware", life => life.Claim(hardware: "B0:00"))),
        Gen.Select(OneOf(Enum.GetValues<IdentityAction>()), OneOf([.. SagaSteps.Of(SagaKind.Provision)]), OneOf(Enum.GetValues<SagaState>()))
            .Select((action, step, state) => new Event($"saga: {action} at {step}, {state}", life => life.Saga(action, step, state))),
        OneOf(SagaSteps.Of(SagaKind.Provision).ToArray()).Select(step => new Event($"saga goes to {step}", life => life.Provision(step))),
        Gen.Const(new Event("saga takes back", life => life.TakeBack())),
        Gen.Select(OneOf(Enum.GetValues<IdentityAction>()), OneOf("c1", "c2", "*"), OneOf(Enum.GetValues<SagaChoice>()))
            .Select((action, credential, choice) => new Event($"person: {action} {credential} {choice}", life => life.Person(action, credential, choice))),
        OneOf("c1", "c2", "c3").Select(id => new Event($"connects with {id}", life => life.Connect(id))));

    [Fact]
    public void What_must_hold_holds()
    {
        Events.Array[1, 40].Sample(
            events =>
            {
                var life = new IdentityLife();
                foreach (var one in events)
                {
                    var before = life.State;
                    var sent = life.Sent.Count;
                    life.Now += 1_000;
                    try
                    {
                        one.Happen(life);
                    }
                    catch (NullReferenceException) when (life.State.Lifecycle is null)
                    {
                        // The script asked a reply of an identity that is not there.
                    }

                    Check(before, life, life.Sent.Skip(sent));
                }
            },
            iter: 3_000,
            print: events => string.Join(Environment.NewLine, events.Select(one => one.Name)));
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static void Check(IdentityState before, IdentityLife life, IEnumerable<OutboxItem> sent)
    {
        var state = life.State;
        var open = state.Credentials.Where(credential => credential.IsOpen(life.Now)).ToList();

        Assert.True(open.Count <= IdentityLimits.CredentialsMax);
        Assert.Equal(state.Credentials.Count, state.Credentials.Select(credential => credential.Id).Distinct().Count());

        // No saga has two credentials that count, and one that was taken back has none.
        Assert.DoesNotContain(open.GroupBy(credential => credential.By), made => made.Key.StartsWith("provision-", StringComparison.Ordinal) && made.Count() > 1);
        foreach (var saga in new[] { state.Saga, state.EarlierSaga })
        {
            if (saga?.Progress.State == SagaState.Compensated)
            {
                Assert.DoesNotContain(open, credential => credential.By == saga.Instance);
                Assert.NotEqual(saga.Instance, state.TwinBy);
            }
        }

        if (state.Running is null)
        {
            Assert.NotEqual(LifecycleState.Provisioning, state.Lifecycle);
        }

        if (state.Lifecycle is null or LifecycleState.Retired or LifecycleState.Suspended or LifecycleState.Enrolled)
        {
            Assert.Empty(state.ToVerifiers(life.Now).Verifiers);
        }

        // A secret can be told only as long as it was not used, and while the credential counts.
        Assert.DoesNotContain(state.Credentials, credential => credential.Seed is not null && (credential.FirstUsedAt is not null || credential.RevokedAt is not null));

        // All that others can see change is told.
        if (!Same(before, state))
        {
            Assert.True(state.Revision > before.Revision);
            Assert.Contains(sent, item => item.Audit is not null || item.Changed is not null);
        }
    }

    private static bool Same(IdentityState one, IdentityState other) =>
        System.Text.Json.JsonSerializer.Serialize(one.ToView() with { Revision = 0 }, Contracts.ContractsJson.Default.DeviceIdentity)
        == System.Text.Json.JsonSerializer.Serialize(other.ToView() with { Revision = 0 }, Contracts.ContractsJson.Default.DeviceIdentity);

    /// <summary>Something that happens to an identity, and what a failing sequence says of it.</summary>
    private sealed record Event(string Name, Action<IdentityLife> Happen)
    {
        public override string ToString() => Name;
    }
}
