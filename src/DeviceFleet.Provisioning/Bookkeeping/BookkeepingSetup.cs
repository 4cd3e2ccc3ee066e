namespace DeviceFleet.Provisioning.Bookkeeping;

internal static class BookkeepingSetup
{
    public static IHostApplicationBuilder AddBookkeeping(this IHostApplicationBuilder builder) => builder;

    public static void MapBookkeeping(this IEndpointRouteBuilder endpoints) => _ = endpoints;
}
