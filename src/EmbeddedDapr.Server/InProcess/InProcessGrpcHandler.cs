using System.Globalization;
using System.Net;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Grpc;
using Google.Protobuf;
using Grpc.Core;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>
/// Takes an app's gRPC calls of the Dapr API without a socket: for <c>DaprClientBuilder.UseGrpcChannelOptions</c>. Rpcs with one request are dispatched through the tables of the gRPC
/// head; others go to <c>fallback</c> (loopback), or are Unimplemented without one. Thread safe.
/// </summary>
public sealed class InProcessGrpcHandler(Sidecar sidecar, HttpMessageHandler? fallback = null) : HttpMessageHandler
{
    private const string Prefix = "/" + UnaryMethods.Service + "/";
    private const string GrpcContentType = "application/grpc";
    private readonly HttpMessageInvoker? _fallback = fallback is null ? null : new HttpMessageInvoker(fallback);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path == ReflectionAnswers.Path)
        {
            var questions = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
            return ReflectionAnswers.To(questions) is { } answers
                ? Answer(request, answers, Status.DefaultSuccess, [])
                : Answer(request, [], new Status(StatusCode.Internal, "The message is broken."), []);
        }

        if (path.StartsWith(Prefix, StringComparison.Ordinal) && ServerStreamMethod.ByName.TryGetValue(path[Prefix.Length..], out var stream))
        {
            return await StreamAsync(stream, request, cancellationToken);
        }

        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || !UnaryMethods.ByName.TryGetValue(path[Prefix.Length..], out var method))
        {
            return _fallback is null
                ? Answer(request, [], new Status(StatusCode.Unimplemented, "Method is unimplemented."), [])
                : await _fallback.SendAsync(request, cancellationToken);
        }

        var frame = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        if (!TryUnframe(frame, out var message, out var fault))
        {
            return Answer(request, [], fault, []);
        }

        IMessage parsed;
        try
        {
            parsed = method.Parse(message.Span);
        }
        catch (InvalidProtocolBufferException exception)
        {
            return Answer(request, [], new Status(StatusCode.Internal, exception.Message), []);
        }

        var result = await method.InvokeAsync(sidecar, parsed, cancellationToken);
        return result.Error is { } error
            ? Answer(request, [], new Status((StatusCode)error.Grpc, error.Message), GrpcErrors.Trailers(error))
            : Answer(request, GrpcFrames.Of(result.Value), Status.DefaultSuccess, []);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _fallback?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<HttpResponseMessage> StreamAsync(ServerStreamMethod method, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var frame = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        if (!TryUnframe(frame, out var message, out var fault))
        {
            return Answer(request, [], fault, []);
        }

        var response = new HttpResponseMessage(HttpStatusCode.OK) { Version = HttpVersion.Version20, RequestMessage = request };
        response.Content = InProcessStream.Open(method, sidecar, message, (status, trailers) => End(response, status, trailers), cancellationToken);
        response.Content.Headers.TryAddWithoutValidation("Content-Type", GrpcContentType);
        return response;
    }

    private static bool TryUnframe(ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> message, out Status fault)
    {
        fault = Status.DefaultSuccess;
        if (!GrpcFrames.TryTake(ref body, out message, out var isCompressed) || !body.IsEmpty)
        {
            fault = new Status(StatusCode.Internal, "A unary call has exactly one whole message.");
            return false;
        }

        if (isCompressed)
        {
            fault = new Status(StatusCode.Unimplemented, "Compressed messages are not supported in process.");
            return false;
        }

        return true;
    }

    private static HttpResponseMessage Answer(HttpRequestMessage request, byte[] body, Status status, Metadata trailers)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Version = HttpVersion.Version20, RequestMessage = request, Content = new ByteArrayContent(body) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", GrpcContentType);
        End(response, status, trailers);
        return response;
    }

    private static void End(HttpResponseMessage response, Status status, Metadata trailers)
    {
        response.TrailingHeaders.TryAddWithoutValidation("grpc-status", ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture));
        if (status.Detail.Length > 0)
        {
            response.TrailingHeaders.TryAddWithoutValidation("grpc-message", Uri.EscapeDataString(status.Detail));
        }

        foreach (var trailer in trailers)
        {
            response.TrailingHeaders.TryAddWithoutValidation(trailer.Key, trailer.IsBinary ? Convert.ToBase64String(trailer.ValueBytes) : trailer.Value);
        }
    }
}
