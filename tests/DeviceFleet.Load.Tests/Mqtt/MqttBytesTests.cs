using DeviceFleet.Load.Mqtt;

namespace DeviceFleet.Load.Tests.Mqtt;

public sealed class MqttBytesTests
{
    [Fact]
    public void Connect_is_written_as_the_standard_says()
    {
        var writer = new MqttWriter();

        writer.Connect("a", "b", "cd");

        Assert.Equal("1014" + "00044D515454" + "04" + "C2" + "0000" + "000161" + "000162" + "00026364", Convert.ToHexString(writer.Written.Span));
    }

    [Theory]
    [InlineData(0, "3207")]
    [InlineData(120, "327F")]
    [InlineData(121, "328001")]
    [InlineData(16_376, "32FF7F")]
    [InlineData(16_377, "32808001")]
    public void The_remaining_length_takes_as_many_bytes_as_it_needs(int payloadBytes, string start)
    {
        var writer = new MqttWriter();

        writer.Publish("t/x"u8, 7, new byte[payloadBytes]);

        Assert.StartsWith(start + "0003742F780007", Convert.ToHexString(writer.Written.Span), StringComparison.Ordinal);
        Assert.Equal((start.Length / 2) + 7 + payloadBytes, writer.Length);
    }

    [Fact]
    public void Packets_are_cut_out_wherever_the_stream_breaks()
    {
        byte[] stream = [0x20, 2, 0, 5, 0x40, 2, 0x12, 0x34, 0x30, 0x03, 0, 1, (byte)'x', 0xD0, 0, 0x40, 2, 0, 1];
        for (var cut = 0; cut <= stream.Length; cut++)
        {
            var seen = new List<(PacketKind, ushort)>();
            ReadOnlySpan<byte> first = stream.AsSpan(0, cut);
            Read(ref first, seen);
            ReadOnlySpan<byte> second = stream.AsSpan(cut - first.Length);
            Read(ref second, seen);

            Assert.Equal([(PacketKind.ConnAck, 5), (PacketKind.PubAck, 0x1234), (PacketKind.Other, 0), (PacketKind.Other, 0), (PacketKind.PubAck, 1)], seen);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1 })]
    [InlineData(new byte[] { 0x40, 3, 0, 1, 0 })]
    public void Bytes_that_are_no_MQTT_are_refused(byte[] bytes) => Assert.Throws<InvalidDataException>(() =>
    {
        ReadOnlySpan<byte> rest = bytes;
        MqttReader.TryRead(ref rest, out _, out _);
    });

    private static void Read(ref ReadOnlySpan<byte> bytes, List<(PacketKind, ushort)> seen)
    {
        while (MqttReader.TryRead(ref bytes, out var kind, out var value))
        {
            seen.Add((kind, value));
        }
    }
}
