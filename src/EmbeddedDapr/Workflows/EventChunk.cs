using System.Buffers;
using Google.Protobuf;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>
/// Events as they are stored: each as field <c>pastEvents</c> of a <see cref="WorkflowRequest"/>. Chunks can be put one after the other, and a whole history can be put into a
/// work item without being read: that is what keeps a turn of a long history cheap.
/// </summary>
internal static class EventChunk
{
    public const uint Tag = (WorkflowRequest.PastEventsFieldNumber << 3) | 2;

    public static byte[] Write(IReadOnlyList<HistoryEvent> events)
    {
        var size = 0;
        foreach (var one in events)
        {
            size += CodedOutputStream.ComputeTagSize(WorkflowRequest.PastEventsFieldNumber) + CodedOutputStream.ComputeMessageSize(one);
        }

        var bytes = new byte[size];
        using var output = new CodedOutputStream(bytes);
        foreach (var one in events)
        {
            output.WriteTag(Tag);
            output.WriteMessage(one);
        }

        output.Flush();
        return bytes;
    }

    public static byte[] Write(HistoryEvent one) => Write([one]);

    public static IReadOnlyList<HistoryEvent> Read(ReadOnlyMemory<byte> chunk) =>
        chunk.IsEmpty ? [] : WorkflowRequest.Parser.ParseFrom(new ReadOnlySequence<byte>(chunk)).PastEvents;
}
