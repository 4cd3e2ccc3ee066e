using System.Buffers;
using System.Text;
using System.Text.Json;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Grpc;
using Google.Protobuf.WellKnownTypes;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Http;

/// <summary>The HTTP routes of the jobs API (Dapr API reference, jobs); the alpha paths do the same.</summary>
internal static class JobRoutes
{
    private const int NameSegment = 2;

    internal static void MapJobs(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        foreach (var version in new[] { "/v1.0", "/v1.0-alpha1" })
        {
            routes.MapPost(version + "/jobs/{name}", (RequestDelegate)(context => ScheduleAsync(context, sidecar)));
            routes.MapGet(version + "/jobs/{name}", (RequestDelegate)(context => GetAsync(context, sidecar)));
            routes.MapDelete(version + "/jobs/{name}", (RequestDelegate)(context => DeleteAsync(context, sidecar)));
        }
    }

    private static async Task ScheduleAsync(HttpContext context, Sidecar sidecar)
    {
        var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
        if (Read(body, out var overwrite, out var why) is not { } job)
        {
            await context.WriteErrorAsync(ApiErrors.MalformedRequest(why));
            return;
        }

        var name = context.PathSegment(NameSegment);
        if (job.Name.Length > 0 && job.Name != name)
        {
            await context.WriteErrorAsync(sidecar.Jobs.NameDiffers());
            return;
        }

        job.Name = name;
        await context.WriteOutcomeAsync(await sidecar.Jobs.ScheduleAsync(JobMessages.ToRequest(job, overwrite), context.RequestAborted));
    }

    private static async Task GetAsync(HttpContext context, Sidecar sidecar)
    {
        var result = await sidecar.Jobs.GetAsync(context.PathSegment(NameSegment), context.RequestAborted);
        await (result.Error is { } error ? context.WriteErrorAsync(error) : context.WriteBodyAsync(StatusCodes.Status200OK, JobMessages.ToJson(result.Value)));
    }

    private static async Task DeleteAsync(HttpContext context, Sidecar sidecar) =>
        await context.WriteOutcomeAsync(await sidecar.Jobs.DeleteAsync(context.PathSegment(NameSegment), context.RequestAborted));

    /// <summary>The body: a job whose <c>data</c> is any JSON, kept as a <c>google.protobuf.Value</c> (recorded: job-data-forms), and <c>overwrite</c> beside it.</summary>
    private static Proto.Job? Read(RequestBody body, out bool overwrite, out string why)
    {
        (overwrite, why) = (false, string.Empty);
        Value? data = null;
        if (body is { IsTooLarge: false, Data.IsEmpty: false })
        {
            if (GoJson.Parse(body.Data, out why) is not { } document)
            {
                return null;
            }

            using (document)
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                {
                    why = $"proto: syntax error: unexpected token {document.RootElement.GetRawText()}";
                    return null;
                }

                overwrite = document.RootElement.TryGetProperty("overwrite", out var flag) && flag.ValueKind == JsonValueKind.True;
                if (document.RootElement.TryGetProperty("data", out var given))
                {
                    if (ProtoBodies.Read<Value>(new RequestBody(Encoding.UTF8.GetBytes(given.GetRawText()), false), out why) is not { } value)
                    {
                        return null;
                    }

                    data = value;
                    body = new RequestBody(Without(document.RootElement, "data"), false);
                }
            }
        }

        if (ProtoBodies.Read<Proto.Job>(body, out why) is not { } job)
        {
            return null;
        }

        job.Data = data is null ? null : Any.Pack(data);
        return job;
    }

    private static ReadOnlyMemory<byte> Without(JsonElement body, string name)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var member in body.EnumerateObject().Where(member => member.Name != name))
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }
}
