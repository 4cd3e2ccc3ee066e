using Google.Protobuf;

namespace EmbeddedDapr.Server.Http;

/// <summary>Bodies that the real runtime reads as protobuf JSON: names in both spellings, numbers as text too, unknown members ignored; nothing at all is an empty message.</summary>
internal static class ProtoBodies
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>The refusal of a body that <see cref="Read"/> could not read.</summary>
    public static ApiError Refusal(string why) => why == RequestBody.TooLarge ? ApiErrors.BodyRead(why) : ApiErrors.MalformedRequest(why);

    /// <summary>The message, or null and why not.</summary>
    public static T? Read<T>(RequestBody body, out string why)
        where T : class, IMessage, new()
    {
        why = RequestBody.TooLarge;
        if (body.IsTooLarge)
        {
            return null;
        }

        if (body.Data.IsEmpty)
        {
            return new T();
        }

        try
        {
            return Parser.Parse<T>(System.Text.Encoding.UTF8.GetString(body.Data.Span));
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or FormatException)
        {
            why = $"proto: {exception.Message}";
            return null;
        }
    }
}
