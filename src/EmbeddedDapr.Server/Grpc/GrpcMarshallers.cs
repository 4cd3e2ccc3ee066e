using Google.Protobuf;
using Grpc.Core;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>Messages on a gRPC server's wire.</summary>
internal static class GrpcMarshallers
{
    /// <summary>Reads and writes messages. Bytes that are no message are the caller's fault and end its call with INTERNAL, as in daprd; nothing is logged.</summary>
    public static Marshaller<T> Both<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => Marshallers.Create<T>(Write, context => Read(parser, context));

    /// <summary>Only writes: what a server answers, it never reads.</summary>
    public static Marshaller<T> Answer<T>()
        where T : class, IMessage<T> => Marshallers.Create<T>(Write, static _ => throw new InvalidOperationException("A server reads no answers."));

    private static void Write<T>(T message, SerializationContext context)
        where T : class, IMessage<T>
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    private static T Read<T>(MessageParser<T> parser, DeserializationContext context)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(context.PayloadAsReadOnlySequence());
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"grpc: error unmarshalling request: {malformed.Message}"));
        }
    }
}
