namespace EmbeddedDapr.Apps;

/// <summary>A call into an app whose bodies may stream. Headers are complete but for the app's API token, which the channel adds.</summary>
public sealed record AppStreamRequest
{
    /// <summary>HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>Path, percent-encoded where needed, starting with <c>/</c>; without query.</summary>
    public required string Path { get; init; }

    /// <summary>Query without <c>?</c>; null: none.</summary>
    public string? Query { get; init; }

    /// <summary>Headers, content type among them; no hop-by-hop ones, no content length.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>Body; the channel reads what it needs and leaves disposing to its owner. <see cref="StreamBody.Empty"/>: none.</summary>
    public StreamBody Body { get; init; } = StreamBody.Empty;
}

/// <summary>A body that is there, or comes in pieces.</summary>
public sealed class StreamBody
{
    private readonly Stream? _stream;

    /// <summary>A body that is there: it can be sent again.</summary>
    public StreamBody(ReadOnlyMemory<byte> data) => (Data, Length) = (data, data.Length);

    /// <summary>A body that comes once.</summary>
    /// <param name="stream">Where it comes from.</param>
    /// <param name="length">Bytes; null: not known beforehand.</param>
    public StreamBody(Stream stream, long? length) => (_stream, Length) = (stream, length);

    /// <summary>No body.</summary>
    public static StreamBody Empty { get; } = new(ReadOnlyMemory<byte>.Empty);

    /// <summary>Bytes; null: not known beforehand.</summary>
    public long? Length { get; }

    /// <summary>The bytes of a body that is there.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Whether it is there.</summary>
    public bool IsWhole => _stream is null;

    /// <summary>The bytes from their start (a body that is there) or from where they are.</summary>
    public Stream Open() => _stream ?? new MemoryStream(Data.ToArray(), writable: false);
}

/// <summary>An app's answer whose body may still be coming. Disposing ends the call.</summary>
public sealed class AppExchange(int status, IReadOnlyList<KeyValuePair<string, string>> headers, StreamBody body, Func<ValueTask> close) : IAsyncDisposable
{
    private Func<ValueTask>? _close = close;

    /// <summary>HTTP status.</summary>
    public int Status => status;

    /// <summary>Headers, content type among them; no hop-by-hop ones, no content length.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => headers;

    /// <summary>The body.</summary>
    public StreamBody Body => body;

    /// <summary>The exchange with further work at its end.</summary>
    public AppExchange Then(Action atEnd) => new(status, headers, body, async () =>
    {
        await DisposeAsync();
        atEnd();
    });

    /// <summary>The exchange with its whole body read; this one is over then.</summary>
    /// <exception cref="AppUnreachableException">The body broke off.</exception>
    public async ValueTask<AppExchange> BufferAsync(CancellationToken cancellationToken)
    {
        if (body.IsWhole)
        {
            return this;
        }

        await using (this)
        {
            try
            {
                using var bytes = new MemoryStream();
                await body.Open().CopyToAsync(bytes, cancellationToken);
                return new(status, headers, new StreamBody(bytes.ToArray()), static () => ValueTask.CompletedTask);
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                throw new AppUnreachableException(exception.Message, exception);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _close, null) is { } end ? end() : ValueTask.CompletedTask;
}
