using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmbeddedDapr.Diagnostics;

namespace EmbeddedDapr.Server.Http;

/// <summary>Answers of the Dapr HTTP API: the uniform error body, and bodies with their headers (contract section 0.2).</summary>
internal static class ApiResponses
{
    private const string Json = "application/json";
    private const string TypePrefix = "type.googleapis.com/google.rpc.";

    internal static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteErrorAsync(this HttpContext context, ApiError error)
    {
        context.Features.Get<SidecarMetrics>()?.Refused(error);
        var body = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(body, Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("errorCode"u8, error.Code);
            writer.WriteString("message"u8, error.Message);
            if (error.Details is { } details)
            {
                writer.WriteStartArray("details"u8);
                WriteDetails(writer, details);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return context.WriteBodyAsync(error.HttpStatus, body.WrittenMemory);
    }

    /// <summary>204 when there is no error, else the error.</summary>
    public static Task WriteOutcomeAsync(this HttpContext context, ApiError? error)
    {
        if (error is not null)
        {
            return context.WriteErrorAsync(error);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>A body with its length; JSON unless another type is set already.</summary>
    public static async Task WriteBodyAsync(this HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType ??= Json;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    public static Task WriteJsonAsync(this HttpContext context, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(body, Writing))
        {
            write(writer);
        }

        return context.WriteBodyAsync(status, body.WrittenMemory);
    }

    private static void WriteDetails(Utf8JsonWriter writer, ApiErrorDetails details)
    {
        if (details.Field is { } violation)
        {
            writer.WriteStartObject();
            writer.WriteString("@type"u8, TypePrefix + "BadRequest");
            writer.WriteStartArray("field_violations"u8);
            writer.WriteStartObject();
            if (violation.Field is not null)
            {
                writer.WriteString("field"u8, violation.Field);
            }

            writer.WriteString("description"u8, violation.Description);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        if (details.ResourceType is not null)
        {
            writer.WriteStartObject();
            writer.WriteString("@type"u8, TypePrefix + "ResourceInfo");
            writer.WriteString("resource_type"u8, details.ResourceType);
            writer.WriteString("resource_name"u8, details.ResourceName);
            writer.WriteString("owner"u8, ""u8);
            writer.WriteString("description"u8, details.Description);
            writer.WriteEndObject();
        }

        writer.WriteStartObject();
        writer.WriteString("@type"u8, TypePrefix + "ErrorInfo");
        writer.WriteString("reason"u8, details.Reason);
        writer.WriteString("domain"u8, "dapr.io"u8);
        if (details.Metadata is null)
        {
            writer.WriteNull("metadata"u8);
        }
        else
        {
            writer.WriteStartObject("metadata"u8);
            foreach (var (name, value) in details.Metadata)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
