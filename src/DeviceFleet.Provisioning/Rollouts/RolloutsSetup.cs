namespace DeviceFleet.Provisioning.Rollouts;

internal static class RolloutsSetup
{
    public static IHostApplicationBuilder AddRollouts(this IHostApplicationBuilder builder) => builder;

    public static void MapRollouts(this IEndpointRouteBuilder endpoints) => _ = endpoints;
}
