using System.Buffers.Binary;

namespace DeviceFleet.Load.Mqtt;

/// <summary>What a packet from the broker is to us.</summary>
internal enum PacketKind
{
    /// <summary>The answer to CONNECT; the value is its return code, 0 for success.</summary>
    ConnAck,

    /// <summary>The acknowledgement of a PUBLISH; the value is its packet id.</summary>
    PubAck,

    /// <summary>The answer to SUBSCRIBE; the value is its first return code, 0x80 for refused.</summary>
    SubAck,

    /// <summary>A message to us; the value is its packet id, 0 at QoS 0.</summary>
    Publish,

    /// <summary>Anything else; ignored.</summary>
    Other,
}

/// <summary>Cuts what the broker sends into packets of MQTT 3.1.1.</summary>
internal static class MqttReader
{
    /// <summary>Reads one packet from the front; false when it is not there in full yet.</summary>
    /// <exception cref="InvalidDataException">The bytes are no MQTT.</exception>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out PacketKind kind, out ushort value) => TryRead(ref bytes, out kind, out value, out _);

    /// <summary>The same with the payload of a message; empty with any other packet.</summary>
    /// <exception cref="InvalidDataException">The bytes are no MQTT.</exception>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out PacketKind kind, out ushort value, out ReadOnlySpan<byte> payload)
    {
        (kind, value) = (PacketKind.Other, 0);
        payload = default;
        if (!TryReadRemainingLength(bytes, out var headerLength, out var remainingLength) || bytes.Length < headerLength + remainingLength)
        {
            return false;
        }

        var body = bytes.Slice(headerLength, remainingLength);
        switch (bytes[0] & 0xF0, body.Length)
        {
            case (0x20, 2):
                (kind, value) = (PacketKind.ConnAck, body[1]);
                break;
            case (0x40, 2):
                (kind, value) = (PacketKind.PubAck, BinaryPrimitives.ReadUInt16BigEndian(body));
                break;
            case (0x20 or 0x40, _):
                throw new InvalidDataException("CONNACK or PUBACK of a wrong length.");
            case (0x90, >= 3):
                (kind, value) = (PacketKind.SubAck, body[2]);
                break;
            case (0x30, _):
                (kind, value) = (PacketKind.Publish, ReadPublish(bytes[0], body, out payload));
                break;
        }

        bytes = bytes[(headerLength + remainingLength)..];
        return true;
    }

    /// <summary>Section 3.3: topic, packet id above QoS 0, payload.</summary>
    private static ushort ReadPublish(byte firstByte, ReadOnlySpan<byte> body, out ReadOnlySpan<byte> payload)
    {
        var packetIdAt = body.Length < 2 ? int.MaxValue : 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
        var payloadAt = (firstByte & 0b0110) == 0 ? packetIdAt : packetIdAt + 2L;
        if (payloadAt > body.Length)
        {
            throw new InvalidDataException("PUBLISH that is too short.");
        }

        payload = body[(int)payloadAt..];
        return payloadAt == packetIdAt ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(body[packetIdAt..]);
    }

    private static bool TryReadRemainingLength(ReadOnlySpan<byte> bytes, out int headerLength, out int remainingLength)
    {
        (headerLength, remainingLength) = (1, 0);
        for (var shift = 0; shift < 28; shift += 7)
        {
            if (headerLength >= bytes.Length)
            {
                return false;
            }

            var part = bytes[headerLength++];
            remainingLength |= (part & 0x7F) << shift;
            if ((part & 0x80) == 0)
            {
                return true;
            }
        }

        throw new InvalidDataException("A remaining length of more than 4 bytes.");
    }
}
