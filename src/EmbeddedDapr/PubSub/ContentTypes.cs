namespace EmbeddedDapr.PubSub;

/// <summary>How a payload's content type decides its place in an envelope (contract section 4.2). Parameters such as a charset do not matter.</summary>
internal static class ContentTypes
{
    public const string CloudEvents = "application/cloudevents+json";
    public const string OctetStream = "application/octet-stream";
    public const string Text = "text/plain";

    public static bool IsCloudEvents(string contentType) => Bare(contentType).Equals(CloudEvents, StringComparison.OrdinalIgnoreCase);

    public static bool IsBinary(string contentType) => Bare(contentType) switch
    {
        var bare => bare.Equals(OctetStream, StringComparison.OrdinalIgnoreCase)
            || bare.Equals("application/cloudevents+protobuf", StringComparison.OrdinalIgnoreCase),
    };

    public static bool IsJson(string contentType)
    {
        var bare = Bare(contentType);
        return bare.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (bare.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && bare.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
    }

    public static bool IsText(string contentType)
    {
        var bare = Bare(contentType);
        return bare.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || bare.Equals("application/xml", StringComparison.OrdinalIgnoreCase);
    }

    private static ReadOnlySpan<char> Bare(string contentType)
    {
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? contentType : contentType.AsSpan(0, end)).Trim();
    }
}
