using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace DeviceFleet.Gateway.Web;

/// <summary>
/// The dashboard's files, from <c>wwwroot</c> beside the assembly (setting <c>Dashboard:Root</c>). Names under <c>/assets</c> hold a hash of their content and are
/// cached for good; <c>index.html</c> is asked for again each time. Every other path without a file name is a page of the single-page app.
/// </summary>
internal static class DashboardFiles
{
    private const string RootSetting = "Dashboard:Root";
    private const string IndexFile = "index.html";

    public static void UseDashboardFiles(this WebApplication app)
    {
        if (Directory.Exists(Root(app.Configuration)))
        {
            app.UseStaticFiles(new StaticFileOptions
            {
                FileProvider = new PhysicalFileProvider(Root(app.Configuration)),
                OnPrepareResponse = SetCaching,
            });
        }
    }

    public static void MapDashboardPages(this WebApplication app)
    {
        var index = Path.Combine(Root(app.Configuration), IndexFile);
        app.MapFallback("/api/{**path}", NotFound);
        app.MapFallback("/hubs/{**path}", NotFound);
        app.MapFallback(SendPageAsync);

        // Ids may hold dots: what looks like the name of a file is none here.
        app.MapFallback("/devices/{id}", SendPageAsync);
        app.MapFallback("/rollouts/{id}", SendPageAsync);

        Task SendPageAsync(HttpContext context) => SendIndexAsync(context, index);
    }

    private static string Root(IConfiguration configuration) =>
        Path.GetFullPath(configuration[RootSetting] ?? Path.Combine(AppContext.BaseDirectory, "wwwroot"));

    private static void SetCaching(StaticFileResponseContext context) =>
        context.Context.Response.Headers.CacheControl =
            context.Context.Request.Path.StartsWithSegments("/assets") ? "private, max-age=31536000, immutable" : "no-cache";

    private static Task NotFound(HttpContext context) =>
        Results.Problem(statusCode: StatusCodes.Status404NotFound, detail: "There is nothing at this address.").ExecuteAsync(context);

    private static Task SendIndexAsync(HttpContext context, string index)
    {
        context.Response.Headers.CacheControl = "no-cache";
        if (!File.Exists(index))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync($"The dashboard is not built: {index} is missing. Build the gateway with Node installed; the API under /api works without it.");
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.SendFileAsync(index, context.RequestAborted);
    }
}
