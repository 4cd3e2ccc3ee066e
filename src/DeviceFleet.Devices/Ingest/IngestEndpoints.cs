using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Commands;
using DeviceFleet.Devices.Twin;
using DeviceFleet.ServiceDefaults.Bindings;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Ingest;

/// <summary>
/// Routes of the MQTT input bindings. Each settles its message: exactly 200 once it is durably accepted or durably in topic <c>rejected</c>, for a refused
/// message sent again would only be refused again, and an unacknowledged one takes a place in the broker's window. Faults end in 500: the binding does not
/// acknowledge, and the device sends again.
/// </summary>
internal static class IngestEndpoints
{
    public static IHostApplicationBuilder AddIngest(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<IngestOptions>, IngestOptionsValidator>();
        builder.Services.AddSingleton<IValidateOptions<IngestOptions>, FaultInjectionValidator>();
        builder.Services.AddSingleton<IngestMetrics>();
        builder.Services.AddSingleton<Refusals>();
        builder.Services.AddSingleton<TelemetryIntake>();
        builder.Services.AddSingleton<EarlyAcknowledgement>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<EarlyAcknowledgement>());
        builder.Services.AddSingleton<StatusIntake>();
        builder.Services.AddSingleton<ReportedIntake>();
        builder.Services.AddSingleton<TwinGetIntake>();
        builder.Services.AddSingleton<CommandResultIntake>();
        builder.Services.AddSingleton<RejectionIntake>();
        return builder;
    }

    public static void MapIngest(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var time = services.GetRequiredService<TimeProvider>();
        var telemetry = services.GetRequiredService<TelemetryIntake>();
        var status = services.GetRequiredService<StatusIntake>();
        var rejections = services.GetRequiredService<RejectionIntake>();
        if (services.GetRequiredService<IOptions<IngestOptions>>().Value.FaultAcknowledgeBeforeCommit)
        {
            var early = services.GetRequiredService<EarlyAcknowledgement>();
            endpoints.MapBinding(DaprNames.TelemetryIn, time, (message, token) => early.TakeAsync(message, token).AsTask());
        }
        else
        {
            endpoints.MapBinding(DaprNames.TelemetryIn, time, telemetry.TakeAsync);
        }

        endpoints.MapBinding(DaprNames.StatusIn, time, status.TakeAsync);
        endpoints.MapBinding(DaprNames.ReportedIn, time, services.GetRequiredService<ReportedIntake>().TakeAsync);
        endpoints.MapBinding(DaprNames.TwinGetIn, time, services.GetRequiredService<TwinGetIntake>().TakeAsync);
        endpoints.MapBinding(DaprNames.CommandResultsIn, time, services.GetRequiredService<CommandResultIntake>().TakeAsync);
        endpoints.MapBinding(DaprNames.RejectionsIn, time, rejections.TakeAsync);
    }
}
