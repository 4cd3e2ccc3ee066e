using System.Text;
using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Tests.Actors;

/// <summary>Bodies of the actor API as Go's decoder reads them.</summary>
public sealed class ActorBodiesTests
{
    [Fact]
    public void A_schedule_is_read_whatever_the_case_of_its_names_and_whatever_follows()
    {
        var request = ScheduleRequest.Parse("""{"DueTime":"1s","period":null,"DATA":null,"overwrite":false} and more"""u8.ToArray(), "alias", out var fault)!;

        Assert.Equal(("", "1s", "", false, "null"), (fault, request.DueTime, request.Period, request.Overwrite, Encoding.UTF8.GetString(request.Data.Span)));
        Assert.Equal(new ScheduleRequest(), ScheduleRequest.Parse("null"u8.ToArray(), "alias", out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"dueTime":1}""")]
    [InlineData("""{"overwrite":"false"}""")]
    [InlineData("""{"failure_policy":"drop"}""")]
    public void What_is_no_schedule_is_refused(string json)
    {
        Assert.Null(ScheduleRequest.Parse(Encoding.UTF8.GetBytes(json), "alias", out var fault));

        Assert.NotEqual(string.Empty, fault);
    }

    [Theory]
    [InlineData("null", "")]
    [InlineData("""[{"Operation":"upsert","Request":{"Key":"k","Value":1}}] and more""", "")]
    [InlineData("""[{"operation":"delete","request":{"key":"k","metadata":5}}]""", "")]
    [InlineData("[null]", "request data is empty")]
    [InlineData("""[{"request":{"key":"k"}}]""", "operation is empty")]
    [InlineData("""[{"operation":"get","request":{"key":"k"}}]""", "operation type get not supported")]
    [InlineData("""[{"operation":"upsert","request":{}}]""", "missing key")]
    [InlineData("""[{"operation":"upsert","request":{"key":5}}]""", "1 error(s) decoding: expected type 'string'")]
    [InlineData("""[{"operation":"upsert","request":{"key":"k","etag":5}}]""", "1 error(s) decoding: expected type 'string'")]
    [InlineData("""[{"operation":"upsert","request":{"key":"k","metadata":{"ttlInSeconds":5}}}]""", "1 error(s) decoding: 'Metadata' expected a map of type 'string'")]
    [InlineData("""[{"operation":"upsert","request":{"key":"k","metadata":{"ttlInSeconds":"5"}}}]""", ActorStateTtl.Off)]
    public void A_transaction_has_its_faults_by_operation(string json, string fault)
    {
        Assert.NotNull(ActorStateJson.Parse(Encoding.UTF8.GetBytes(json), new ActorStateTtl(IsEnabled: false, IsStrict: true), out var found));

        Assert.Equal(fault, found);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[5]")]
    [InlineData("""[{"operation":5}]""")]
    [InlineData("[")]
    public void What_is_no_transaction_is_refused(string json) => Assert.Null(ActorStateJson.Parse(Encoding.UTF8.GetBytes(json), default, out _));
}
