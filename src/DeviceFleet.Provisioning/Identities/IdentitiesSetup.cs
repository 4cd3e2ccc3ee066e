namespace DeviceFleet.Provisioning.Identities;

internal static class IdentitiesSetup
{
    public static IHostApplicationBuilder AddIdentities(this IHostApplicationBuilder builder) => builder;
}
