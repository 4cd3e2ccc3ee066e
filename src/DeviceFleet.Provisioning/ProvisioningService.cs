using DeviceFleet.Contracts;
using DeviceFleet.Provisioning.Access;
using DeviceFleet.Provisioning.Actors;
using DeviceFleet.Provisioning.Bookkeeping;
using DeviceFleet.Provisioning.Claims;
using DeviceFleet.Provisioning.Credentials;
using DeviceFleet.Provisioning.Enrolments;
using DeviceFleet.Provisioning.Identities;
using DeviceFleet.Provisioning.Rollouts;
using DeviceFleet.Provisioning.Sagas;
using DeviceFleet.ServiceDefaults;

namespace DeviceFleet.Provisioning;

/// <summary>Service <c>provisioning</c>: identities, credentials, enrolments, the sagas between them, and rollouts.</summary>
public static class ProvisioningService
{
    /// <summary>The service, ready to run. <paramref name="customize"/> comes last, so that what a host registers replaces what is registered here.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? customize = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.Services.AddDaprClient(dapr => dapr.UseJsonSerializationOptions(ContractsJson.Default.Options));
        builder.AddProvisioningActors();
        builder.AddCredentials();
        builder.AddIdentities();
        builder.AddEnrolments();
        builder.AddBookkeeping();
        builder.AddAccess();
        builder.AddClaims();
        builder.AddSagas();
        builder.AddRollouts();
        customize?.Invoke(builder);

        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapProvisioningActors();
        app.MapBookkeeping();
        app.MapAccess();
        app.MapClaims();
        app.MapRollouts();
        return app;
    }
}
