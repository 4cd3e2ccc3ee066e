using EmbeddedDapr.Runtime.Configuration;
using EmbeddedDapr.Tracing;

namespace EmbeddedDapr.Tests.Tracing;

public sealed class TraceParentTests
{
    private const string Text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Binary = "AAAK92UZFs1D3YRI6yEcgDGcAbeta3FpIDMxAgE";

    [Fact]
    public void Both_forms_say_the_same()
    {
        Assert.True(TraceParent.TryParse(Text, out var text));
        Assert.True(TraceParent.TryParseBinary(Binary + "=", out var binary));
        Assert.True(TraceParent.TryParseBinary(Binary, out _));

        Assert.Equal(text, binary);
        Assert.Equal((Text, Binary), (text.ToString(), text.ToBinary()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    [InlineData(TraceParent.None)]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    public void What_is_no_span_is_none(string? text) => Assert.False(TraceParent.TryParse(text, out _));

    [Fact]
    public void No_span_is_all_zero() => Assert.Equal(TraceParent.None, default(TraceParent).ToString());

    [Theory]
    [InlineData(null, true)]
    [InlineData("0", true)]
    [InlineData("1", false)]
    public void A_call_is_a_span_of_its_own_only_where_calls_are_sampled(string? rate, bool isPassedOn)
    {
        var tracer = new Tracer(new TracingConfiguration { SamplingRate = rate }, new Random(1));
        Assert.True(TraceParent.TryParse(Text, out var parent));

        var span = tracer.Begin(parent);

        Assert.Equal((parent.Trace, isPassedOn), (span.Trace, span == parent));
        Assert.Equal(isPassedOn, tracer.Begin(default) == default);
    }

    [Theory]
    [InlineData("k=v", true)]
    [InlineData("k=v;p=1, j=%20", true)]
    [InlineData("k=", true)]
    [InlineData("=;bad", false)]
    [InlineData("k", false)]
    [InlineData("k=a b", false)]
    [InlineData("k=v,", false)]
    public void Baggage_is_read_as_its_specification_says(string header, bool isGood) => Assert.Equal(isGood, BaggageHeader.Fault(header) is null);
}
