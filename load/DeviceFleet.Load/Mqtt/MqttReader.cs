using System.Buffers.Binary;

namespace DeviceFleet.Load.Mqtt;

/// <summary>What a packet from the broker is to us.</summary>
internal enum PacketKind
{
    /// <summary>The answer to CONNECT; the value is its return code, 0 for success.</summary>
    ConnAck,

    /// <summary>The acknowledgement of a PUBLISH; the value is its packet id.</summary>
    PubAck,

    /// <summary>Anything else; ignored.</summary>
    Other,
}

/// <summary>Cuts what the broker sends into packets of MQTT 3.1.1.</summary>
internal static class MqttReader
{
    /// <summary>Reads one packet from the front; false when it is not there in full yet.</summary>
    /// <exception cref="InvalidDataException">The bytes are no MQTT.</exception>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out PacketKind kind, out ushort value)
    {
        (kind, value) = (PacketKind.Other, 0);
        if (!TryReadRemainingLength(bytes, out var headerLength, out var remainingLength) || bytes.Length < headerLength + remainingLength)
        {
            return false;
        }

        var body = bytes.Slice(headerLength, remainingLength);
        (kind, value) = (bytes[0] & 0xF0, body.Length) switch
        {
            (0x20, 2) => (PacketKind.ConnAck, body[1]),
            (0x40, 2) => (PacketKind.PubAck, BinaryPrimitives.ReadUInt16BigEndian(body)),
            (0x20 or 0x40, _) => throw new InvalidDataException("CONNACK or PUBACK of a wrong length."),
            _ => (PacketKind.Other, (ushort)0),
        };
        bytes = bytes[(headerLength + remainingLength)..];
        return true;
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
