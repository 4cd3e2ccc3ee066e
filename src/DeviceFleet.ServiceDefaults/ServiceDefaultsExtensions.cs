using DeviceFleet.ServiceDefaults.Faults;
using DeviceFleet.ServiceDefaults.Sidecar;
using DeviceFleet.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceFleet.ServiceDefaults;

/// <summary>What every service has: a clock, problem details, health, telemetry and the guard of the routes that only the sidecar may call.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Path of the health check; open to everyone, says nothing but healthy or not.</summary>
    public const string HealthPath = "/healthz";

    /// <summary>Registers it all. Call it first, so that what a service or its host registers later wins.</summary>
    public static IHostApplicationBuilder AddServiceDefaults(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<FaultHandler>();
        builder.Services.AddHealthChecks();
        builder.Services.TryAddSingleton<SidecarGuard>();
        builder.AddFleetTelemetry();
        QuietFramework(builder);
        return builder;
    }

    /// <summary>Puts the middleware in place and maps <see cref="HealthPath"/>. Call it before anything else is mapped.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseMiddleware<SidecarGuardMiddleware>();

        // The Dapr SDK's MapActorsHandlers maps the same path with a lower priority (order 100), made for a service to map its own.
        app.MapHealthChecks(HealthPath).WithMetadata(new AllowAnonymousAttribute());
        return app;
    }

    /// <summary>
    /// The framework logs several lines for each request at Information, and here a request is a device's message. Without a level of the
    /// operator's own for <c>Microsoft.AspNetCore</c>, it starts at Warning.
    /// </summary>
    private static void QuietFramework(IHostApplicationBuilder builder)
    {
        const string category = "Microsoft.AspNetCore";
        if (builder.Configuration[$"Logging:LogLevel:{category}"] is null)
        {
            builder.Logging.AddFilter(category, LogLevel.Warning);
        }
    }
}
