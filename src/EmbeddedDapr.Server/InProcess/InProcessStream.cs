using System.IO.Pipelines;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Grpc;
using Google.Protobuf;
using Grpc.Core;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>The answer of an rpc that streams, for a caller in this process: frames go through a pipe, the status follows as trailers. It ends with the method, or with its caller.</summary>
internal static class InProcessStream
{
    /// <summary>Starts the method and returns the content that holds its answers; <paramref name="end"/> sets the trailers.</summary>
    public static HttpContent Open(ServerStreamMethod method, Sidecar sidecar, ReadOnlyMemory<byte> message, Action<Status, Metadata> end, CancellationToken cancellationToken)
    {
        // The pipe's default bound holds: a reader that is slow makes the method wait.
        var pipe = new Pipe();
        _ = RunAsync(method, sidecar, message, pipe.Writer, end, cancellationToken);
        return new StreamContent(pipe.Reader.AsStream());
    }

    private static async Task RunAsync(
        ServerStreamMethod method, Sidecar sidecar, ReadOnlyMemory<byte> message, PipeWriter writer, Action<Status, Metadata> end, CancellationToken cancellationToken)
    {
        try
        {
            var error = await method.RunAsync(sidecar, message, answer => WriteAsync(writer, answer, cancellationToken), cancellationToken);
            if (error is null)
            {
                end(Status.DefaultSuccess, []);
            }
            else
            {
                end(new Status((StatusCode)error.Grpc, error.Message), GrpcErrors.Trailers(error));
            }
        }
        catch (InvalidProtocolBufferException exception)
        {
            end(new Status(StatusCode.Internal, exception.Message), []);
        }
        catch (OperationCanceledException)
        {
            end(Status.DefaultCancelled, []);
        }

        await writer.CompleteAsync();
    }

    private static async ValueTask WriteAsync(PipeWriter writer, IMessage answer, CancellationToken cancellationToken)
    {
        var flush = await writer.WriteAsync(GrpcFrames.Of(answer), cancellationToken);
        if (flush.IsCompleted)
        {
            throw new OperationCanceledException("The caller has gone.");
        }
    }
}
