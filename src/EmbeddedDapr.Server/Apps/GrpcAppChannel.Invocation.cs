using System.Globalization;
using EmbeddedDapr.Apps;
using Google.Protobuf;
using Grpc.Core;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Apps;

/// <content>Service invocation: <c>OnInvoke</c> (contract section 6).</content>
public sealed partial class GrpcAppChannel
{
    private const string ContentType = "Content-Type";

    /// <summary>Sends to an output binding, for apps that answer an input binding's event with further ones; answers a fault, or null. Null: nobody can.</summary>
    public Func<string, ReadOnlyMemory<byte>, CancellationToken, ValueTask<string?>>? SendOutput { get; set; }

    /// <summary>Calls <c>OnInvoke</c>. A refusal is an answer with the status that stands for its code; the code itself is in <see cref="GrpcStatuses.CodeHeader"/>.</summary>
    public async ValueTask<AppExchange> OpenAsync(AppStreamRequest request, CancellationToken cancellationToken)
    {
        var message = new Proto.InvokeRequest
        {
            Method = Uri.UnescapeDataString(request.Path.TrimStart('/')),
            ContentType = request.Headers.FirstOrDefault(static header => header.Key.Equals(ContentType, StringComparison.OrdinalIgnoreCase)).Value ?? string.Empty,
            Data = new() { Value = await ReadAsync(request.Body, cancellationToken) },
        };
        if (request.Method.Length > 0)
        {
            message.HttpExtension = new Proto.HTTPExtension
            {
                Verb = Enum.TryParse<Proto.HTTPExtension.Types.Verb>(request.Method, ignoreCase: true, out var verb) ? verb : Proto.HTTPExtension.Types.Verb.None,
                Querystring = request.Query ?? string.Empty,
            };
        }

        using var call = _calls.AsyncUnaryCall(AppCallbackMethods.OnInvoke, null, Options(Metadata(request.Headers), cancellationToken), message);
        try
        {
            var answer = await call;
            var headers = Headers(await call.ResponseHeadersAsync);
            if (answer.ContentType.Length > 0)
            {
                headers.Add(new(ContentType, answer.ContentType));
            }

            return Exchange(StatusCodes.Status200OK, headers, answer.Data?.Value.Memory ?? default);
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (exception.StatusCode == StatusCode.Unavailable && exception.Status.DebugException is HttpRequestException)
            {
                throw new AppUnreachableException(exception.Status.Detail, exception);
            }

            var headers = Headers(exception.Trailers);
            headers.Add(new(ContentType, Json));
            headers.Add(new(GrpcStatuses.CodeHeader, ((int)exception.StatusCode).ToString(CultureInfo.InvariantCulture)));
            headers.Add(new(GrpcStatuses.TextHeader, Uri.EscapeDataString(exception.Status.Detail)));
            return Exchange(GrpcStatuses.ToHttp(exception.StatusCode), headers, GrpcStatuses.ToJson(exception));
        }
    }

    private static AppExchange Exchange(int status, List<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body) =>
        new(status, headers, new StreamBody(body), static () => ValueTask.CompletedTask);

    private static List<KeyValuePair<string, string>> Headers(Metadata metadata) =>
    [
        .. metadata
            .Where(static entry => !entry.IsBinary && !entry.Key.StartsWith("grpc-", StringComparison.Ordinal) && entry.Key is not ("content-type" or "date" or "server"))
            .Select(static entry => KeyValuePair.Create(entry.Key, entry.Value)),
    ];

    private static async ValueTask<ByteString> ReadAsync(StreamBody body, CancellationToken cancellationToken)
    {
        if (body.IsWhole)
        {
            return UnsafeByteOperations.UnsafeWrap(body.Data);
        }

        using var bytes = new MemoryStream();
        try
        {
            await body.Open().CopyToAsync(bytes, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new AppUnreachableException(exception.Message, exception);
        }

        return UnsafeByteOperations.UnsafeWrap(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }
}
