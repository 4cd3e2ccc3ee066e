using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Api;

/// <summary>Reads what callers send: JSON of a bounded size. What is wrong with it is a problem, never an exception.</summary>
internal static class Bodies
{
    public const string MergePatch = "application/merge-patch+json";

    /// <summary>Reads the body; exactly one of value and problem is there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="type">What it holds.</param>
    /// <param name="bytesMax">Its size at most.</param>
    /// <param name="empty">What no body at all stands for; null: a problem.</param>
    public static async Task<(T? Value, ProblemHttpResult? Problem)> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, int bytesMax, T? empty = default)
    {
        if (await ReadBytesAsync(request, bytesMax) is not { } body)
        {
            return (default, Problems.Of(StatusCodes.Status413PayloadTooLarge, $"A body of at most {bytesMax} bytes."));
        }

        if (body.IsEmpty)
        {
            return empty is null ? (default, Problems.Of(StatusCodes.Status400BadRequest, "A body of JSON is missing.")) : (empty, null);
        }

        if (!IsJson(request))
        {
            return (default, Problems.Of(StatusCodes.Status415UnsupportedMediaType, $"A body of {MediaTypeNames.Application.Json} or {MergePatch}."));
        }

        try
        {
            return JsonSerializer.Deserialize(body.Span, type) is { } value
                ? (value, null)
                : (default, Problems.Of(StatusCodes.Status400BadRequest, "The body is null."));
        }
        catch (JsonException exception)
        {
            return (default, Problems.Of(StatusCodes.Status400BadRequest, exception.Path is { Length: > 1 } path ? $"Not of the shape that is asked for, at {path}." : "Not JSON, or not of the shape that is asked for."));
        }
    }

    private static bool IsJson(HttpRequest request)
    {
        var type = request.ContentType?.Split(';')[0].Trim() ?? "";
        return type.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase) || type.Equals(MergePatch, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The body; null when it is larger.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadBytesAsync(HttpRequest request, int bytesMax)
    {
        if (request.ContentLength > bytesMax)
        {
            return null;
        }

        var buffer = new MemoryStream();
        var piece = new byte[16 * 1024];
        for (int count; (count = await request.Body.ReadAsync(piece, request.HttpContext.RequestAborted)) > 0;)
        {
            if (buffer.Length + count > bytesMax)
            {
                return null;
            }

            await buffer.WriteAsync(piece.AsMemory(0, count), request.HttpContext.RequestAborted);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }
}
