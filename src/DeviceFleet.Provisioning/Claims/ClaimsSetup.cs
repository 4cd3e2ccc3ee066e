using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Bindings;
using DeviceFleet.ServiceDefaults.Publishing;
using DeviceFleet.ServiceDefaults.Sidecar;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Claims;

/// <summary>Where claims come in: from the MQTT binding, and through service invocation for those who ask over REST.</summary>
internal static class ClaimsSetup
{
    public static IHostApplicationBuilder AddClaims(this IHostApplicationBuilder builder)
    {
        builder.AddPublishingOptions();
        var services = builder.Services;
        services.AddOptions<ClaimOptions>().BindConfiguration(ClaimOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ClaimOptions>, ClaimOptionsValidator>();
        services
            .AddPublisher(new EventTopic<RejectedEvent>(PubSubTopics.Rejected, EventTypes.MessageRejected))
            .AddPublisher(new EventTopic<RefusalEvent>(PubSubTopics.Provisioning, EventTypes.AccessRefused));
        services.AddSingleton<ClaimActors>();
        services.AddSingleton<ClaimLimiter>();
        services.AddSingleton<ClaimMetrics>();
        services.AddSingleton<ClaimRefusals>();
        services.AddSingleton<ClaimIntake>();
        return builder;
    }

    public static void MapClaims(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        endpoints.MapBinding(DaprNames.ProvisionIn, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ClaimIntake>().TakeAsync);
        endpoints.MapPost("/" + ProvisioningRoutes.Claims, TakeAsync).ForSidecar();
    }

    private static async Task<Results<JsonHttpResult<ProvisionAnswer>, ProblemHttpResult>> TakeAsync(HttpContext context, ClaimIntake intake, TimeProvider time)
    {
        var body = await IncomingMessage.ReadAsync(context, time);
        try
        {
            if (body.IsTooLarge)
            {
                return TypedResults.Problem(statusCode: StatusCodes.Status413PayloadTooLarge, detail: $"At most {MqttTopics.PayloadBytesMax} bytes.");
            }

            var claim = JsonPayload.TryRead(body, ContractsJson.Default.ProvisionClaim);
            if ((claim is null ? "Not a claim: {enrolment, hardwareId, nonce, expiresAt, …}." : ClaimReader.FaultsOf(claim)) is { } faults)
            {
                return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, detail: faults);
            }

            return TypedResults.Json(await intake.TakeAsync(claim!, context.RequestAborted), ContractsJson.Default.ProvisionAnswer);
        }
        finally
        {
            body.Release(context);
        }
    }
}
