using System.Buffers.Binary;

namespace EmbeddedDapr.Jobs;

/// <summary>Payload and description of a job in one block: the payload's length (4 bytes, big endian), the payload, the description. Pure.</summary>
internal static class JobData
{
    private const int LengthBytes = 4;

    public static byte[] Pack(ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> description)
    {
        var block = new byte[LengthBytes + payload.Length + description.Length];
        BinaryPrimitives.WriteInt32BigEndian(block, payload.Length);
        payload.CopyTo(block.AsMemory(LengthBytes));
        description.CopyTo(block.AsMemory(LengthBytes + payload.Length));
        return block;
    }

    /// <exception cref="InvalidDataException">The block was not written by <see cref="Pack"/>.</exception>
    public static (ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Description) Unpack(ReadOnlyMemory<byte> block)
    {
        if (block.Length < LengthBytes || BinaryPrimitives.ReadInt32BigEndian(block.Span) is var length && (length < 0 || length > block.Length - LengthBytes))
        {
            throw new InvalidDataException("The stored job cannot be read.");
        }

        return (block.Slice(LengthBytes, length), block[(LengthBytes + length)..]);
    }
}
