namespace DeviceFleet.Provisioning.Access;

internal static class AccessSetup
{
    public static IHostApplicationBuilder AddAccess(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IMqttAccess, DeviceAuthenticator>();
        return builder;
    }

    public static void MapAccess(this IEndpointRouteBuilder endpoints) => _ = endpoints;
}
