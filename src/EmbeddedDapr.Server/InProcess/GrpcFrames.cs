using System.Buffers.Binary;
using Google.Protobuf;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>Messages as gRPC puts them into a body: one byte that says whether it is compressed, four for the length, the message (gRPC over HTTP/2, "Length-Prefixed-Message").</summary>
internal static class GrpcFrames
{
    private const int HeaderBytes = 5;

    /// <summary>Takes the first frame off; false: what is there is no whole frame.</summary>
    public static bool TryTake(ref ReadOnlyMemory<byte> frames, out ReadOnlyMemory<byte> message, out bool isCompressed)
    {
        (message, isCompressed) = (default, false);
        if (frames.Length < HeaderBytes || BinaryPrimitives.ReadUInt32BigEndian(frames.Span[1..]) is var length && length > frames.Length - HeaderBytes)
        {
            return false;
        }

        isCompressed = frames.Span[0] != 0;
        message = frames.Slice(HeaderBytes, (int)length);
        frames = frames[(HeaderBytes + (int)length)..];
        return true;
    }

    /// <summary>The message in a frame, uncompressed.</summary>
    public static byte[] Of(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = new byte[HeaderBytes + size];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)size);
        message.WriteTo(frame.AsSpan(HeaderBytes));
        return frame;
    }
}
