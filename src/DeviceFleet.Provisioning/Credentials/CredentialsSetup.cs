namespace DeviceFleet.Provisioning.Credentials;

internal static class CredentialsSetup
{
    public static IHostApplicationBuilder AddCredentials(this IHostApplicationBuilder builder) => builder;
}
