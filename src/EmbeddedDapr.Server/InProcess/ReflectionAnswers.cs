using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Reflection.V1;
using DaprProto = Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>
/// Answers <c>grpc.reflection.v1.ServerReflection</c> for the Dapr service. The SDK asks before every version-aware call (bulk publish, jobs) and remembers the answer
/// only if there is one, so that without it each of those calls would cost two. Requests are answered when the client has sent all of them, which the SDK's does.
/// </summary>
internal static class ReflectionAnswers
{
    public const string Path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    private const int NotFound = 5;

    private static readonly Google.Protobuf.Reflection.ServiceDescriptor Service = DaprProto.Dapr.Descriptor;
    private static readonly FileDescriptorResponse Files = new() { FileDescriptorProto = { WithDependencies(Service.File) } };

    /// <summary>Framed answers to framed requests, in order; null: the frames are broken.</summary>
    public static byte[]? To(ReadOnlyMemory<byte> frames)
    {
        using var answers = new MemoryStream();
        while (!frames.IsEmpty)
        {
            if (!GrpcFrames.TryTake(ref frames, out var question, out var isCompressed) || isCompressed)
            {
                return null;
            }

            try
            {
                answers.Write(GrpcFrames.Of(Answer(ServerReflectionRequest.Parser.ParseFrom(question.Span))));
            }
            catch (InvalidProtocolBufferException)
            {
                return null;
            }
        }

        return answers.ToArray();
    }

    private static ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var answer = new ServerReflectionResponse { OriginalRequest = request, ValidHost = request.Host };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                answer.ListServicesResponse = new ListServiceResponse { Service = { new ServiceResponse { Name = Service.FullName } } };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol when request.FileContainingSymbol == Service.FullName:
                answer.FileDescriptorResponse = Files;
                break;
            default:
                answer.ErrorResponse = new ErrorResponse { ErrorCode = NotFound, ErrorMessage = "Only the Dapr service is described here." };
                break;
        }

        return answer;
    }

    private static IEnumerable<ByteString> WithDependencies(FileDescriptor file)
    {
        var files = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        Collect(file);
        return files.Values.Select(collected => collected.SerializedData);

        void Collect(FileDescriptor next)
        {
            if (files.TryAdd(next.Name, next))
            {
                foreach (var dependency in next.Dependencies)
                {
                    Collect(dependency);
                }
            }
        }
    }
}
