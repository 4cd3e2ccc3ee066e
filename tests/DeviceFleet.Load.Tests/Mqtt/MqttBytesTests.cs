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

    [Fact]
    public void Connect_without_a_password_says_so()
    {
        var writer = new MqttWriter();

        writer.Connect("a", "b", null);

        Assert.Equal("1010" + "00044D515454" + "04" + "82" + "0000" + "000161" + "000162", Convert.ToHexString(writer.Written.Span));
    }

    [Fact]
    public void Subscribe_and_Puback_are_written_as_the_standard_says()
    {
        var writer = new MqttWriter();

        writer.Subscribe("t/x", 7);
        writer.PubAck(0x1234);

        Assert.Equal("8208" + "0007" + "0003742F78" + "01" + "4002" + "1234", Convert.ToHexString(writer.Written.Span));
    }

    [Theory]
    [InlineData(new byte[] { 0x32, 8, 0, 1, (byte)'t', 0, 9, 1, 2, 3 }, 9)]
    [InlineData(new byte[] { 0x30, 6, 0, 1, (byte)'t', 1, 2, 3 }, 0)]
    public void A_message_is_read_with_its_payload(byte[] packet, ushort packetId)
    {
        ReadOnlySpan<byte> rest = packet;

        Assert.True(MqttReader.TryRead(ref rest, out var kind, out var value, out var payload));

        Assert.Equal((PacketKind.Publish, packetId, "010203", 0), (kind, value, Convert.ToHexString(payload), rest.Length));
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

            Assert.Equal([(PacketKind.ConnAck, 5), (PacketKind.PubAck, 0x1234), (PacketKind.Publish, 0), (PacketKind.Other, 0), (PacketKind.PubAck, 1)], seen);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1 })]
    [InlineData(new byte[] { 0x40, 3, 0, 1, 0 })]
    [InlineData(new byte[] { 0x32, 4, 0, 3, 1, 1 })]
    [InlineData(new byte[] { 0x30, 1, 0 })]
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
