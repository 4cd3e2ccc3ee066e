namespace DeviceFleet.Provisioning.Claims;

internal static class ClaimsSetup
{
    public static IHostApplicationBuilder AddClaims(this IHostApplicationBuilder builder) => builder;

    public static void MapClaims(this IEndpointRouteBuilder endpoints) => _ = endpoints;
}
