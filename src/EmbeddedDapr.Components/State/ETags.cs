using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EmbeddedDapr.Components.State;

/// <summary>
/// Etags in the form of a random UUID, one for each write. Half of it is drawn once for the process and half counts, which is as unique as a random one
/// and spares each write a call into the system's random source.
/// </summary>
internal static class ETags
{
    private static readonly ulong Process = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private static long _count = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));

    /// <summary>A new one.</summary>
    public static Guid Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Process);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], Interlocked.Increment(ref _count));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40); // version 4, RFC 9562 section 5.4
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
