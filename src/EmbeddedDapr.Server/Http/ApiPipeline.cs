using System.Security.Cryptography;
using System.Text;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Access;
using EmbeddedDapr.Server.Workflows;
using Microsoft.AspNetCore.Http.Features;

namespace EmbeddedDapr.Server.Http;

/// <summary>The pipeline of the HTTP head (contract section 1.6): paths are cleaned, the token is asked for, actors go first, then routes, then the answer to everything else.</summary>
internal static class ApiPipeline
{
    private const string TokenHeader = "dapr-api-token";
    private const string HealthPath = "/v1.0/healthz";
    private const string OutboundHealthPath = "/v1.0/healthz/outbound";

    /// <summary>Adds everything to an app of its own.</summary>
    public static void MapApi(this WebApplication app, Sidecar sidecar, IReadOnlyList<string> allowedOrigins)
    {
        var access = HttpApiAccess.For(sidecar.Options.Configuration);
        app.Use(next => context => CleanAndTrace(context, sidecar, next));
        app.UseCors(allowedOrigins);
        if (sidecar.Options.ApiToken is { } token)
        {
            app.Use(next => context => IsOpen(context) || Matches(token, context.Request.Headers[TokenHeader].ToString()) ? next(context) : RefuseTokenAsync(context));
        }

        if (access is not null)
        {
            app.Use(next => context => access.Denies(context.Request.Path.Value!) ? FallThroughAsync(context, sidecar, access) : next(context));
        }

        app.Use(next => context => TryActor(context, sidecar) ?? TryInvoke(context, sidecar, access) ?? next(context));
        app.UseRouting();
        app.MapEmbedded(sidecar);
        app.MapRuntime(sidecar);
        app.MapState(sidecar);
        app.MapPublish(sidecar);
        app.MapBindings(sidecar);
        app.MapSecrets(sidecar);
        app.MapConfiguration(sidecar);
        app.MapLocks(sidecar);
        app.MapJobs(sidecar);
        app.MapWorkflows(sidecar);

        // A known path with another verb is no different from an unknown path; routing would answer it with 405.
        // Neither does a path in another case mean the same, as it does to ASP.NET Core.
        app.Use(next => context => context.GetEndpoint() is RouteEndpoint endpoint && ApiPaths.IsExactly(endpoint, context) ? next(context)
            : access is { AllowsInvocation: false } && context.GetEndpoint() is { } otherVerb and not RouteEndpoint ? otherVerb.RequestDelegate!(context)
            : FallThroughAsync(context, sidecar, access));
    }

    private static Task FallThroughAsync(HttpContext context, Sidecar sidecar, HttpApiAccess? access) =>
        access is { AllowsInvocation: false } ? HttpApiAccess.RefuseAsync(context) : InvokeRoutes.InvokeAsync(context, sidecar);

    private static Task CleanAndTrace(HttpContext context, Sidecar sidecar, RequestDelegate next)
    {
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();

        // Dots in a method are the method's own (recorded: invoke-paths).
        request.RawTarget = InvokeAddress.IsInvocation(request.RawTarget) ? request.RawTarget : ApiPaths.ResolveDots(request.RawTarget);
        context.Request.Path = ApiPaths.Clean(context.Request.Path);

        // Whatever looks like a health check is not traced (recorded: runtime-health-forms).
        return context.Request.Path.Value!.Contains("/healthz", StringComparison.Ordinal) || HttpTrace.TryBegin(context, sidecar.Tracer, out var refusal) ? next(context) : refusal;
    }

    /// <summary>Two paths, letter by letter, are open to everybody (recorded: runtime-api-token).</summary>
    private static bool IsOpen(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && ApiPaths.PathOf(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) is HealthPath or OutboundHealthPath;

    /// <summary>Null: no actor's path.</summary>
    private static Task? TryActor(HttpContext context, Sidecar sidecar) =>
        ActorPath.TryParse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out var actor) && ActorEndpoint.Knows(context.Request.Method, actor.Kind)
            ? ActorAsync(context, sidecar, actor)
            : null;

    /// <summary>Null: the path names no app.</summary>
    private static Task? TryInvoke(HttpContext context, Sidecar sidecar, HttpApiAccess? access) =>
        InvokeAddress.IsInvocation(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) ? FallThroughAsync(context, sidecar, access) : null;

    private static bool Matches(string token, string shown) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(shown));

    private static Task RefuseTokenAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.WriteBodyAsync(StatusCodes.Status401Unauthorized, "invalid api token\n"u8.ToArray());
    }

    private static async Task ActorAsync(HttpContext context, Sidecar sidecar, ActorPath path)
    {
        var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
        var answer = body.IsTooLarge
            ? ActorEndpoint.Error(path.Kind == ActorPathKind.Method ? ApiErrors.BadRequest($"failed to read body: {RequestBody.TooLarge}") : ApiErrors.MalformedRequest(RequestBody.TooLarge))
            : await ActorEndpoint.HandleAsync(sidecar, path, Request(context, path, body.Data), context.RequestAborted);
        var response = context.Response;
        foreach (var (name, value) in answer.Headers ?? [])
        {
            response.Headers[name] = value;
        }

        if (answer.Status == StatusCodes.Status204NoContent)
        {
            response.StatusCode = answer.Status;
            return;
        }

        // Without a body there is no content type unless the app gave one.
        if (answer.Body.Length == 0)
        {
            response.StatusCode = answer.Status;
            response.ContentType = answer.ContentType ?? "application/json";
            response.ContentLength = 0;
            return;
        }

        response.ContentType = answer.ContentType;
        await context.WriteBodyAsync(answer.Status, answer.Body);
    }

    private static AppRequest Request(HttpContext context, in ActorPath path, ReadOnlyMemory<byte> body)
    {
        List<KeyValuePair<string, string>>? headers = null;
        if (path.Kind == ActorPathKind.Method)
        {
            foreach (var (name, values) in context.Request.Headers)
            {
                if (ForwardedHeaders.Travels(name))
                {
                    (headers ??= []).Add(new(name, values.ToString()));
                }
            }
        }

        return new AppRequest
        {
            Method = context.Request.Method,
            Path = string.Empty,
            Query = context.Request.QueryString is { HasValue: true, Value.Length: > 1 } query ? query.Value[1..] : null,
            ContentType = context.Request.ContentType,
            Headers = headers,
            Body = body,
        };
    }
}
