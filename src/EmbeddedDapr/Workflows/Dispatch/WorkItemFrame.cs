using System.Buffers;
using Google.Protobuf;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Dispatch;

/// <summary>A <see cref="WorkItem"/> ready to be written. The history in it is the stored bytes, never read and written again.</summary>
internal sealed class WorkItemFrame
{
    private readonly byte[] _head;
    private readonly ReadOnlyMemory<byte> _past;
    private readonly byte[] _tail;

    private WorkItemFrame(byte[] head, ReadOnlyMemory<byte> past, byte[] tail)
    {
        _head = head;
        _past = past;
        _tail = tail;
    }

    /// <summary>Bytes of the message.</summary>
    public int Size => _head.Length + _past.Length + _tail.Length;

    /// <summary>An activity.</summary>
    public static WorkItemFrame Activity(ActivityRequest request, string token) =>
        new(new WorkItem { ActivityRequest = request, CompletionToken = token }.ToByteArray(), default, []);

    /// <summary>A turn: <paramref name="request"/> without past events, which follow as an <see cref="EventChunk"/>.</summary>
    public static WorkItemFrame Turn(WorkflowRequest request, ReadOnlyMemory<byte> past, string token)
    {
        var size = request.CalculateSize();
        var head = new byte[1 + CodedOutputStream.ComputeLengthSize(size + past.Length) + size];
        using (var output = new CodedOutputStream(head))
        {
            output.WriteTag(WorkItem.WorkflowRequestFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteLength(size + past.Length);
            request.WriteTo(output);
            output.Flush();
        }

        return new WorkItemFrame(head, past, new WorkItem { CompletionToken = token }.ToByteArray());
    }

    public void WriteTo(IBufferWriter<byte> writer)
    {
        writer.Write(_head);
        writer.Write(_past.Span);
        writer.Write(_tail);
    }

    /// <summary>The message, read again; for tests and for callers in this process.</summary>
    public WorkItem ToMessage()
    {
        var bytes = new ArrayBufferWriter<byte>(Size);
        WriteTo(bytes);
        return WorkItem.Parser.ParseFrom(bytes.WrittenSpan);
    }
}
