using System.Globalization;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Architecture.Tests.Resources;

/// <summary>The policies of components/cluster: daprd takes a misspelt target or policy without a word.</summary>
public sealed class ResiliencyTests
{
    private static readonly ResiliencySpec Spec = ResourceFiles.Read<ResiliencyResource>("components/cluster/fleet-resiliency.yaml").Spec;

    private static IEnumerable<PolicyNames> Uses =>
        Spec.Targets.Components.Values.SelectMany(target => new[] { target.Inbound, target.Outbound }).OfType<PolicyNames>()
            .Concat(Spec.Targets.Actors.Values)
            .Concat(Spec.Targets.Apps.Values);

    [Fact]
    public void Every_target_exists()
    {
        Assert.Empty(Spec.Targets.Components.Keys.Except(NamesInCode.Components));
        Assert.Equal(
            [
                DeviceActorMethods.ActorType, GroupActorMethods.ActorType, IdentityActorMethods.ActorType, EnrolmentActorMethods.ActorType, DirectoryActorMethods.ActorType,
                AuditActorMethods.ActorType, RolloutActorMethods.ActorType,
            ],
            Spec.Targets.Actors.Keys);
        Assert.Empty(Spec.Targets.Apps);
    }

    [Fact]
    public void Every_policy_that_is_named_exists_and_every_policy_is_used()
    {
        Assert.Equal(Spec.Policies.Timeouts.Keys.Order(), Uses.Select(use => use.Timeout).OfType<string>().Distinct().Order());
        Assert.Equal(Spec.Policies.Retries.Keys.Order(), Uses.Select(use => use.Retry).OfType<string>().Distinct().Order());
    }

    [Theory]
    [InlineData(DaprNames.PubSub)]
    [InlineData(DaprNames.TelemetryIn)]
    [InlineData(DaprNames.StatusIn)]
    [InlineData(DaprNames.ReportedIn)]
    [InlineData(DaprNames.TwinGetIn)]
    [InlineData(DaprNames.CommandResultsIn)]
    [InlineData(DaprNames.ProvisionIn)]
    public void What_comes_in_is_tried_again(string component)
    {
        var retry = Spec.Targets.Components[component].Inbound?.Retry;

        Assert.NotNull(retry);
        Assert.InRange(Spec.Policies.Retries[retry].MaxRetries, 1, 20);
    }

    [Fact]
    public void An_actor_call_is_never_repeated_by_the_runtime() =>
        Assert.All(Spec.Targets.Actors.Values, target => Assert.Null(target.Retry));

    [Fact]
    public void Retries_of_an_event_end_before_the_component_takes_the_message_back()
    {
        var pubSub = ResourceFiles.Read<ComponentResource>("components/cluster/fleet-pubsub.yaml");
        var processingTimeout = Seconds(pubSub.Value("processingTimeout")!);
        var policy = Spec.Policies.Retries[Spec.Targets.Components[DaprNames.PubSub].Inbound!.Retry!];

        // daprd's exponential policy starts at 0.5 s, grows by half, and adds up to half again as jitter.
        double pause = 0.5, total = 0;
        for (var attempt = 0; attempt < policy.MaxRetries; attempt++)
        {
            total += Math.Min(pause * 1.5, Seconds(policy.MaxInterval!));
            pause *= 1.5;
        }

        Assert.InRange(total, 5, processingTimeout / 2);
    }

    private static double Seconds(string duration) => double.Parse(duration.TrimEnd('s'), CultureInfo.InvariantCulture);
}
