using System.Buffers;
using System.Text;
using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Ingest;

namespace DeviceFleet.Devices.Tests.Ingest;

public sealed class TelemetryParserTests
{
    [Fact]
    public void One_sample_and_many_are_read_with_what_is_unknown_skipped()
    {
        var one = Parse("""{"x":{"y":[1,2]},"boot":1,"seq":2,"ts":3,"metrics":{"a":1.5,"b":-2},"z":null}""");
        var many = Parse("""[{"metrics":{"a":1}},{"boot":null,"seq":null,"ts":null,"metrics":{}}]""");

        var sample = Assert.Single(one.Samples!);
        Assert.Equal((1L, 2L, 3L), (sample.Boot, sample.Seq, sample.Ts));
        Assert.Equal([("a", 1.5), ("b", -2.0)], sample.Metrics.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(2, many.Samples!.Count);
        Assert.Null(many.Samples[1].Boot);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[7]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"metrics":null}""")]
    [InlineData("""{"metrics":[]}""")]
    [InlineData("""{"metrics":{"a":"1"}}""")]
    [InlineData("""{"metrics":{"a":null}}""")]
    [InlineData("""{"metrics":{"a":1},"seq":"1"}""")]
    [InlineData("""{"metrics":{"a":1},"seq":1.5}""")]
    [InlineData("""{"metrics":{"a":1},"ts":99999999999999999999}""")]
    [InlineData("""{"metrics":{"a":1}} {"metrics":{"a":1}}""")]
    [InlineData("""{"metrics":{"a":1}}x""")]
    [InlineData("""[{"metrics":{"a":1}}""")]
    [InlineData("""{"metrics":{"a":NaN}}""")]
    public void What_is_malformed_is_refused_with_a_detail(string payload)
    {
        var parsed = Parse(payload);

        Assert.Equal(RejectionReasons.Malformed, parsed.Reason);
        Assert.False(string.IsNullOrEmpty(parsed.Detail));
    }

    [Fact]
    public void A_hundred_samples_are_taken_and_one_more_is_too_large()
    {
        var sample = """{"metrics":{"a":1}}""";

        Assert.Equal(100, Parse($"[{string.Join(',', Enumerable.Repeat(sample, 100))}]").Samples!.Count);
        Assert.Equal(RejectionReasons.TooLarge, Parse($"[{string.Join(',', Enumerable.Repeat(sample, 101))}]").Reason);
    }

    [Fact]
    public void A_number_beyond_all_bounds_is_refused() =>
        Assert.Equal(RejectionReasons.OutOfBounds, Parse("""{"metrics":{"a":1e999}}""").Reason);

    [Fact]
    public void Bytes_that_are_no_text_are_malformed() =>
        Assert.Equal(RejectionReasons.Malformed, Parse([.. "{\"metrics\":{\""u8, 0xff, 0xfe, .. "\":1}}"u8]).Reason);

    [Fact]
    public void No_bytes_whatever_make_it_throw()
    {
        var sound = """[{"boot":1,"seq":2,"ts":3,"metrics":{"a":1.5,"ü":-2e5}},{"metrics":{"b":0}}]"""u8.ToArray();
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte, Gen.Int[0, sound.Length]).Sample(
            damage =>
            {
                var (at, value, length) = damage;
                var bytes = sound.ToArray();
                bytes[at] = value;
                var parsed = Parse(bytes[..length]);
                Assert.True(parsed.IsSound || parsed.Reason is not null);
            },
            iter: 5_000);
    }

    private static ParsedTelemetry Parse(string payload) => Parse(Encoding.UTF8.GetBytes(payload));

    private static ParsedTelemetry Parse(byte[] payload) => TelemetryParser.Parse(new ReadOnlySequence<byte>(payload));
}
