using System.Buffers.Binary;
using System.Text;

namespace DeviceFleet.Load.Mqtt;

/// <summary>
/// Packets of MQTT 3.1.1 as bytes, appended to a buffer that grows and is used again. As much of the protocol as load needs: CONNECT,
/// PUBLISH at QoS 1 and DISCONNECT. Section numbers are of the OASIS standard.
/// </summary>
internal sealed class MqttWriter
{
    private const int RemainingLengthBytesMax = 4;

    private byte[] _bytes = new byte[512];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Section 3.1: clean session, no will, keep-alive off, user name and password.</summary>
    public void Connect(string clientId, string userName, string password)
    {
        const byte cleanSessionUserNamePassword = 0b1100_0010;
        ReadOnlySpan<byte> start = [0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, cleanSessionUserNamePassword, 0, 0];
        BeginPacket(0x10, start.Length + (3 * 2) + Encoding.UTF8.GetByteCount(clientId) + Encoding.UTF8.GetByteCount(userName) + Encoding.UTF8.GetByteCount(password));
        Raw(start);
        Text(clientId);
        Text(userName);
        Text(password);
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
