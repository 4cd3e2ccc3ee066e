namespace EmbeddedDapr.Components.Http;

/// <summary>Metadata of <c>bindings.http</c> (Dapr docs, HTTP binding spec).</summary>
internal sealed record HttpBindingMetadata
{
    private const long BodyBytesMaxByDefault = 100 * 1024 * 1024;

    public required Uri Url { get; init; }

    /// <summary>Bytes read of an answer, <c>maxResponseBodySize</c>, 100 MiB by default; the rest is cut off.</summary>
    public required long BodyBytesMax { get; init; }

    /// <summary><c>responseTimeout</c>; null: none.</summary>
    public required TimeSpan? Timeout { get; init; }

    /// <summary>Whether a status other than 2xx is a failure, <c>errorIfNot2XX</c>, true by default.</summary>
    public required bool FailsIfNot2xx { get; init; }

    /// <summary>A header sent along, <c>securityTokenHeader</c> and <c>securityToken</c>; null: none.</summary>
    public required KeyValuePair<string, string>? TokenHeader { get; init; }

    /// <exception cref="ComponentException">Something required is missing, or something is malformed.</exception>
    public static HttpBindingMetadata Read(ComponentMetadata metadata)
    {
        if (!Uri.TryCreate(metadata.RequiredText("url"), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new ComponentException("metadata property 'url' is no http url"); // without its text: it may hold a password
        }

        var timeout = metadata.Duration("responseTimeout", TimeSpan.Zero);
        return new HttpBindingMetadata
        {
            Url = url,
            BodyBytesMax = metadata.Text("maxResponseBodySize") is { } text ? Quantity(text) : BodyBytesMaxByDefault,
            Timeout = timeout > TimeSpan.Zero ? timeout : null,
            FailsIfNot2xx = metadata.Flag("errorIfNot2XX", absent: true),
            TokenHeader = metadata.Text("securityTokenHeader") is { } name && metadata.Text("securityToken") is { } token ? new(name, token) : null,
        };
    }

    /// <summary>The url, with a path of the request behind it.</summary>
    public Uri Target(string? path) => path is null ? Url : new Uri($"{Url.OriginalString.TrimEnd('/')}/{path.TrimStart('/')}");

    /// <summary>A Kubernetes quantity of bytes: <c>1024</c>, <c>10Ki</c>, <c>2M</c>.</summary>
    private static long Quantity(string text)
    {
        (string Suffix, long Scale)[] units = [("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), (string.Empty, 1)];
        var (suffix, scale) = units.First(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        return long.TryParse(text.AsSpan(0, text.Length - suffix.Length), out var number) && number is > 0 and < 1L << 32
            ? number * scale
            : throw new ComponentException($"metadata property 'maxResponseBodySize' is '{text}', not a number of bytes");
    }
}
