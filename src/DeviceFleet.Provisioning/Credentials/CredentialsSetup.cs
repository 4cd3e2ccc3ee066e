using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Credentials;

internal static class CredentialsSetup
{
    public static IHostApplicationBuilder AddCredentials(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<CredentialOptions>().BindConfiguration(CredentialOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CredentialOptions>, CredentialOptionsValidator>();
        services.AddSingleton<ServiceKeys>();
        services.AddSingleton<CredentialMetrics>();
        services.AddSingleton<ProvenPasswords>();
        services.AddSingleton<WrongPasswords>();
        services.AddSingleton<HashQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<HashQueue>());
        services.AddSingleton<ConnectionNotices>();
        services.AddHostedService(provider => provider.GetRequiredService<ConnectionNotices>());
        return builder;
    }
}
