using EmbeddedDapr.Tracing;

namespace EmbeddedDapr.Tests.Tracing;

/// <summary>Contract section 10.1; recorded: binding-headers-tracing-off.</summary>
public sealed class AppTraceTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Theory]
    [InlineData(null, null, TraceParent.None)]
    [InlineData(null, Parent, Parent)]
    [InlineData("0", null, null)]
    [InlineData("0", Parent, null)]
    public void Without_sampling_a_trace_is_passed_on_as_it_is(string? rate, string? parent, string? sent) =>
        Assert.Equal(sent, Tracer(rate).HeaderAfter(parent));

    [Fact]
    public void With_sampling_a_call_is_a_span_of_its_own()
    {
        var child = Tracer("1").HeaderAfter(Parent)!;
        Assert.StartsWith(Parent[..36], child, StringComparison.Ordinal);
        Assert.NotEqual(Parent, child);

        Assert.True(TraceParent.TryParse(Tracer("1").HeaderAfter(null), out _));
    }

    private static Tracer Tracer(string? rate) => new(rate is null ? null : new() { SamplingRate = rate }, new Random(1));
}
