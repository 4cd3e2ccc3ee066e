using System.Buffers.Binary;
using System.Text;

namespace DeviceFleet.Load.Mqtt;

/// <summary>
/// Packets of MQTT 3.1.1 as bytes, appended to a buffer that grows and is used again. As much of the protocol as load needs: CONNECT,
/// SUBSCRIBE, PUBLISH at QoS 1, PUBACK and DISCONNECT. Section numbers are of the OASIS standard.
/// </summary>
internal sealed class MqttWriter
{
    private const int RemainingLengthBytesMax = 4;

    private byte[] _bytes = new byte[512];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Section 3.1: clean session, no will, keep-alive off, user name, and password if there is one.</summary>
    public void Connect(string clientId, string userName, string? password)
    {
        const byte cleanSession = 0b10;
        const byte hasUserName = 0b1000_0000;
        const byte hasPassword = 0b0100_0000;
        var flags = (byte)(cleanSession | hasUserName | (password is null ? 0 : hasPassword));
        ReadOnlySpan<byte> start = [0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, flags, 0, 0];
        BeginPacket(0x10, start.Length + TextLength(clientId) + TextLength(userName) + (password is null ? 0 : TextLength(password)));
        Raw(start);
        Text(clientId);
        Text(userName);
        if (password is not null)
        {
            Text(password);
        }
    }

    /// <summary>Section 3.8: one filter at QoS 1.</summary>
    public void Subscribe(string filter, ushort packetId)
    {
        BeginPacket(0x82, 2 + TextLength(filter) + 1);
        UInt16(packetId);
        Text(filter);
        Raw([1]);
    }

    /// <summary>Section 3.4.</summary>
    public void PubAck(ushort packetId)
    {
        BeginPacket(0x40, 2);
        UInt16(packetId);
    }

    /// <summary>Section 3.3: QoS 1, not retained, first delivery.</summary>
    public void Publish(ReadOnlySpan<byte> topic, ushort packetId, ReadOnlySpan<byte> payload)
    {
        BeginPacket(0x32, 2 + topic.Length + 2 + payload.Length);
        UInt16((ushort)topic.Length);
        Raw(topic);
        UInt16(packetId);
        Raw(payload);
    }

    /// <summary>Section 3.14.</summary>
    public void Disconnect() => BeginPacket(0xE0, 0);

    private void BeginPacket(byte firstByte, int remainingLength)
    {
        var needed = Length + 1 + RemainingLengthBytesMax + remainingLength;
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        }

        _bytes[Length++] = firstByte;
        do
        {
            // Section 2.2.3: seven bits a byte, the eighth says that more follow.
            var more = remainingLength > 0x7F ? 0x80 : 0;
            _bytes[Length++] = (byte)((remainingLength & 0x7F) | more);
            remainingLength >>= 7;
        }
        while (remainingLength > 0);
    }

    private static int TextLength(string text) => 2 + Encoding.UTF8.GetByteCount(text);

    private void Text(string text)
    {
        var length = Encoding.UTF8.GetBytes(text, _bytes.AsSpan(Length + 2));
        UInt16((ushort)length);
        Length += length;
    }

    private void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(Length), value);
        Length += 2;
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }
}
