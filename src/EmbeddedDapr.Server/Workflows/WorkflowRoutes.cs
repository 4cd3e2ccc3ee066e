using System.Text.Json;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Http;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Workflows;

/// <summary>The HTTP routes of the management API (Dapr API reference, workflows), the same under three versions. The component in the path means nothing.</summary>
internal static class WorkflowRoutes
{
    private const int NameSegment = 3;
    private const int IdSegment = 3;
    private const int EventSegment = 5;

    public static void MapWorkflows(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        foreach (var version in new[] { "/v1.0", "/v1.0-beta1", "/v1.0-alpha1" })
        {
            var one = version + "/workflows/{component}/{instanceID}";
            routes.MapPost(version + "/workflows/{component}/{workflowName}/start", (RequestDelegate)(context => StartAsync(context, sidecar)));
            routes.MapGet(one, (RequestDelegate)(context => GetAsync(context, sidecar)));
            routes.MapPost(one + "/raiseEvent/{eventName}", (RequestDelegate)(context => RaiseAsync(context, sidecar)));
            routes.MapPost(one + "/pause", (RequestDelegate)(context => ManageAsync(context, sidecar, sidecar.WorkflowManagement.PauseAsync)));
            routes.MapPost(one + "/resume", (RequestDelegate)(context => ManageAsync(context, sidecar, sidecar.WorkflowManagement.ResumeAsync)));
            routes.MapPost(one + "/terminate", (RequestDelegate)(context => ManageAsync(context, sidecar, sidecar.WorkflowManagement.TerminateAsync)));
            routes.MapPost(one + "/purge", (RequestDelegate)(context => ManageAsync(context, sidecar, sidecar.WorkflowManagement.PurgeAsync)));
        }

        routes.MapWorkflowView(sidecar);
    }

    private static async Task StartAsync(HttpContext context, Sidecar sidecar)
    {
        var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
        if (body.IsTooLarge)
        {
            await context.WriteErrorAsync(ApiErrors.WorkflowBodyTooLarge(RequestBody.TooLarge));
            return;
        }

        // Parameters are told apart by case (recorded: start-id-forms); ASP.NET's are not.
        var id = string.Empty;
        foreach (var pair in new Microsoft.AspNetCore.WebUtilities.QueryStringEnumerable(context.Request.QueryString.Value))
        {
            if (id.Length == 0 && pair.DecodeName().Span.SequenceEqual("instanceID"))
            {
                id = pair.DecodeValue().ToString();
            }
        }

        var result = await sidecar.WorkflowManagement.StartAsync(id, context.PathSegment(NameSegment), body.Data, options: null, Trace(context), context.RequestAborted);
        if (result.Error is { } error)
        {
            await context.WriteErrorAsync(error);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await WriteAsync(context, StatusCodes.Status202Accepted, writer => writer.WriteString("instanceID"u8, result.Value));
    }

    private static async Task GetAsync(HttpContext context, Sidecar sidecar)
    {
        var id = context.PathSegment(IdSegment);
        var result = await sidecar.WorkflowManagement.GetAsync(id, context.RequestAborted);
        if (result.Error is { } error)
        {
            await context.WriteErrorAsync(error);
            return;
        }

        if (result.Value is not { } found)
        {
            await context.WriteErrorAsync(ApiErrors.WorkflowNotFound(id));
            return;
        }

        await WriteAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteString("instanceID"u8, found.Row.Id);
            writer.WriteString("workflowName"u8, found.Row.Name);
            writer.WriteString("createdAt"u8, found.Row.CreatedAt.UtcDateTime);
            writer.WriteString("lastUpdatedAt"u8, found.Row.UpdatedAt.UtcDateTime);
            writer.WriteString("runtimeStatus"u8, WorkflowJson.Status(found.Row.Status));
            var properties = WorkflowJson.Properties(found).ToArray();
            if (properties.Length > 0)
            {
                writer.WriteStartObject("properties"u8);
                foreach (var (name, value) in properties)
                {
                    writer.WriteString(name, value);
                }

                writer.WriteEndObject();
            }
        });
    }

    private static async Task RaiseAsync(HttpContext context, Sidecar sidecar)
    {
        var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
        var error = body.IsTooLarge
            ? ApiErrors.WorkflowBodyTooLarge(RequestBody.TooLarge)
            : await sidecar.WorkflowManagement.RaiseAsync(context.PathSegment(IdSegment), context.PathSegment(EventSegment), body.Data);
        await AcceptedAsync(context, error);
    }

    private static async Task ManageAsync(HttpContext context, Sidecar sidecar, Func<string, Task<ApiError?>> act)
    {
        var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
        if (body.IsTooLarge)
        {
            await context.WriteErrorAsync(ApiErrors.WorkflowBodyTooLarge(RequestBody.TooLarge));
            return;
        }

        if (body.Data.Length > 0)
        {
            if (GoJson.ParseBody(body.Data, out var why) is not { } document)
            {
                await context.WriteErrorAsync(ApiErrors.MalformedRequest(why));
                return;
            }

            document.Dispose();
        }

        await AcceptedAsync(context, await act(context.PathSegment(IdSegment)));
    }

    private static Task AcceptedAsync(HttpContext context, ApiError? error) =>
        error is null ? WriteAsync(context, StatusCodes.Status202Accepted, static _ => { }) : context.WriteErrorAsync(error);

    private static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>(256);
        await using (var writer = new Utf8JsonWriter(body, ApiResponses.Writing))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        await context.WriteBodyAsync(status, body.WrittenMemory);
    }

    /// <summary>The caller's trace goes on in the workflow's activities.</summary>
    private static TraceContext? Trace(HttpContext context) => context.Request.Headers.TryGetValue("traceparent", out var parent) && parent.ToString() is { Length: > 0 } text
        ? new TraceContext { TraceParent = text, TraceState = context.Request.Headers.TryGetValue("tracestate", out var state) ? state.ToString() : null }
        : null;
}
