using System.Buffers;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using Microsoft.AspNetCore.Http;

namespace DeviceFleet.ServiceDefaults.Bindings;

/// <summary>One MQTT message as a binding hands it over: the topic is in a header, the body is the payload, byte for byte.</summary>
/// <param name="Topic">Concrete topic; empty when the header is missing.</param>
/// <param name="Payload">At most one byte more than <see cref="MqttTopics.PayloadBytesMax"/>: what is larger is refused, not read.</param>
/// <param name="Bytes">Its whole size, as far as known.</param>
/// <param name="ReceivedAt">Unix milliseconds UTC.</param>
public readonly record struct IncomingMessage(string Topic, ReadOnlySequence<byte> Payload, int Bytes, long ReceivedAt)
{
    private const int TopicLengthMax = 256;
    private const int HeadBytesMax = 256;
    private const int DetailLengthMax = 500;

    /// <summary>Larger than <see cref="MqttTopics.PayloadBytesMax"/>.</summary>
    public bool IsTooLarge => Bytes > MqttTopics.PayloadBytesMax;

    /// <summary>Reads it from a request of the sidecar. The payload stays valid until <see cref="Release"/>.</summary>
    public static async ValueTask<IncomingMessage> ReadAsync(HttpContext context, TimeProvider time)
    {
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        var topic = context.Request.Headers["topic"].ToString();

        // Read straight from the server's buffers, which stay valid until Release. Never asks for more than the body says it holds: each buffer is kept until the
        // message is answered, and thousands of the largest size would be in use at a time.
        var enough = Math.Min(context.Request.ContentLength ?? long.MaxValue, MqttTopics.PayloadBytesMax + 1);
        var reader = context.Request.BodyReader;
        var body = await reader.ReadAsync(context.RequestAborted);
        while (!body.IsCompleted && body.Buffer.Length < enough)
        {
            reader.AdvanceTo(body.Buffer.Start, body.Buffer.End);
            body = await reader.ReadAsync(context.RequestAborted);
        }

        var size = Math.Max(body.Buffer.Length, context.Request.ContentLength ?? 0);
        return new IncomingMessage(topic, body.Buffer, (int)Math.Min(size, int.MaxValue), at);
    }

    /// <summary>Gives the buffers back; the payload is not read after it.</summary>
    public void Release(HttpContext context) => context.Request.BodyReader.AdvanceTo(Payload.End);

    /// <summary>The same message, with a payload of its own.</summary>
    public IncomingMessage Detach() => this with { Payload = new ReadOnlySequence<byte>(Payload.ToArray()) };

    /// <summary>The event that tells of a refusal; never the whole payload.</summary>
    /// <param name="by">The service that refuses.</param>
    /// <param name="reason">One of <see cref="RejectionReasons"/>.</param>
    /// <param name="detail">For a person; never a secret.</param>
    /// <param name="device">Whose it was or claimed to be; null: not known.</param>
    /// <param name="view">The device after its refusal was counted; null: no actor was asked.</param>
    public RejectedEvent Refuse(string by, string reason, string detail, DeviceId? device, DeviceView? view)
    {
        var head = Payload.Slice(0, Math.Min(Payload.Length, HeadBytesMax));
        return new RejectedEvent
        {
            Reason = reason,
            Detail = detail.Length > DetailLengthMax ? detail[..DetailLengthMax] : detail,
            DeviceId = device,
            Topic = Topic.Length > TopicLengthMax ? Topic[..TopicLengthMax] : Topic,
            PayloadBytes = Bytes,
            PayloadHead = head.IsEmpty ? null : Convert.ToBase64String(head.ToArray()),
            At = ReceivedAt,
            By = by,
            View = view,
        };
    }
}
