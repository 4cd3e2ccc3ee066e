using System.Text;
using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Tests.Actors;

public sealed class ActorConfigurationTests
{
    [Fact]
    public void Options_of_a_type_replace_the_common_ones()
    {
        var configuration = Parse("""
            {"entities":["A","B"],"actorIdleTimeout":"1h0m10s0ms","reentrancy":{"enabled":true,"maxStackDepth":5},
             "entitiesConfig":[{"entities":["B","C"],"actorIdleTimeout":"nonsense"}]}
            """);

        Assert.Equal(new ActorTypeOptions { IdleTimeout = new TimeSpan(1, 0, 10), Reentrant = true, StackDepthMax = 5 }, configuration.Types["A"]);
        Assert.Equal(ActorTypeOptions.Default, configuration.Types["B"]);
        Assert.Equal(["C"], configuration.NotHosted);
    }

    [Fact]
    public void Names_of_members_are_read_in_any_case() => Assert.Equal(
        new ActorTypeOptions { IdleTimeout = TimeSpan.FromSeconds(5), Reentrant = true },
        Parse("""{"Entities":["A"],"ACTORIDLETIMEOUT":"5s","drainOngoingCallTimeout":null,"Reentrancy":{"Enabled":true}}""").Types["A"]);

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"entities":null}""")]
    public void Nothing_said_means_no_actors(string json) => Assert.Empty(Parse(json).Types);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"entities":"A"}""")]
    [InlineData("""{"entities":["A"],"actorIdleTimeout":"nonsense"}""")]
    [InlineData("""{"entities":["A"],"drainOngoingCallTimeout":"nonsense"}""")]
    [InlineData("""{"entities":["A"],"actorIdleTimeout":5}""")]
    [InlineData("""{"entities":["A"],"reentrancy":true}""")]
    [InlineData("""{"entities":["A"],"reentrancy":{"maxStackDepth":1.5}}""")]
    [InlineData("""{"entities":["A"],"drainRebalancedActors":"yes"}""")]
    [InlineData("""{"entities":["A"],"entitiesConfig":{}}""")]
    public void A_fault_outside_entitiesConfig_is_reported(string json) => Assert.Throws<FormatException>(() => Parse(json));

    private static ActorConfiguration Parse(string json) => ActorConfiguration.Parse(Encoding.UTF8.GetBytes(json));
}
