namespace EmbeddedDapr.Apps;

/// <content>Calls with bodies in pieces.</content>
public sealed partial class HttpAppChannel
{
    /// <inheritdoc/>
    public async ValueTask<AppExchange> OpenAsync(AppStreamRequest request, CancellationToken cancellationToken)
    {
        if (request.Method is "" or "NONE" or "CONNECT")
        {
            // Only callers over gRPC can say this.
            throw new AppUnreachableException($"rpc error: code = InvalidArgument desc = {(request.Method.Length == 0 ? "missing HTTP extension field" : "invalid HTTP verb")}");
        }

        using var message = HttpExchanges.Message(_base, request, _options.Http2);
        if (_options.ApiToken is not null)
        {
            message.Headers.Remove(TokenHeader);
            message.Headers.TryAddWithoutValidation(TokenHeader, _options.ApiToken);
        }

        return await HttpExchanges.OpenAsync(_http, message, cancellationToken);
    }
}
