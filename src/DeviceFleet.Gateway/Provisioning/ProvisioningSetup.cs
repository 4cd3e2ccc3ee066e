namespace DeviceFleet.Gateway.Provisioning;

internal static class ProvisioningSetup
{
    public static IHostApplicationBuilder AddProvisioning(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SagaBoard>();
        builder.Services.AddHostedService<SagaLoader>();
        builder.Services.AddSingleton<ProvisioningClient>();
        builder.Services.AddSingleton<IdentityRegistrar>();
        return builder;
    }

    public static void MapProvisioning(this IEndpointRouteBuilder api)
    {
        api.MapSagas();
        api.MapEnrolments();
        api.MapIdentities();
        api.MapImport();
        api.MapAudit();
        api.MapClaims();
    }
}
