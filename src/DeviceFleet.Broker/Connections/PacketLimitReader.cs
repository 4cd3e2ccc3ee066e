using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using MQTTnet.Exceptions;

namespace DeviceFleet.Broker.Connections;

/// <summary>
/// Stands before the MQTT decoder and refuses a packet by the length that its header announces, before its body is gathered in memory: the decoder itself
/// waits for any length up to 256 MiB. The decoder takes one packet a read, so every read starts at a packet's header.
/// </summary>
internal sealed class PacketLimitReader(PipeReader inner, int packetBytesMax, Func<AnnouncedPacket, ValueTask> onTooLarge) : PipeReader
{
    private volatile bool _closing;

    /// <summary>Makes the pending read, or the next, fail: the packet that is being handled is the last one.</summary>
    public void Close()
    {
        _closing = true;
        inner.CancelPendingRead();
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var result = await inner.ReadAsync(cancellationToken);
        if (_closing)
        {
            throw new MqttCommunicationException("The broker closes the connection.");
        }

        if (AnnouncedPacket.IsTooLarge(result.Buffer, packetBytesMax, out var packet))
        {
            await onTooLarge(packet);
            throw new MqttCommunicationException($"A packet of {packet.Length} bytes was announced, {packetBytesMax} are allowed.");
        }

        return result;
    }

    public override bool TryRead(out ReadResult result) => throw new UnreachableException("The decoder reads asynchronously.");

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete();
}

/// <summary>What the first bytes of a packet say of it (MQTT 3.1.1 and 5, section 2.1).</summary>
/// <param name="Length">Bytes after the fixed header.</param>
/// <param name="Topic">Topic of a PUBLISH that is too large, if it has arrived; null else.</param>
internal readonly record struct AnnouncedPacket(int Length, string? Topic)
{
    private const int Publish = 3;
    private const int TopicBytesMax = 1024;

    /// <summary>False: within the limit, not all of the header has arrived, or its length is malformed (which the decoder reports).</summary>
    public static bool IsTooLarge(in ReadOnlySequence<byte> buffer, int packetBytesMax, out AnnouncedPacket packet)
    {
        packet = default;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryRead(out var first))
        {
            return false;
        }

        var length = 0;
        for (var shift = 0; shift <= 21; shift += 7)
        {
            if (!reader.TryRead(out var digit))
            {
                return false;
            }

            length |= (digit & 0x7F) << shift;
            if ((digit & 0x80) == 0)
            {
                if (length <= packetBytesMax)
                {
                    return false;
                }

                packet = new AnnouncedPacket(length, first >> 4 == Publish ? ReadTopic(ref reader) : null);
                return true;
            }
        }

        return false;
    }

    private static string? ReadTopic(ref SequenceReader<byte> reader) =>
        reader.TryReadBigEndian(out short length) && length is > 0 and <= TopicBytesMax && reader.TryReadExact(length, out var topic)
            ? Encoding.UTF8.GetString(topic)
            : null;
}
