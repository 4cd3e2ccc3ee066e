using DeviceFleet.Provisioning.Credentials;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>What every identity actor uses.</summary>
internal sealed class IdentityServices(
    IOptions<IdentityOptions> options, IOptions<CredentialOptions> credentials, ServiceKeys keys, IdentityOutbox outbox, IdentityMetrics metrics, TimeProvider time)
{
    public IdentityOptions Options { get; } = options.Value;

    public IdentityOutbox Outbox { get; } = outbox;

    public IdentityMetrics Metrics { get; } = metrics;

    public TimeProvider Time { get; } = time;

    /// <summary>What makes secrets.</summary>
    /// <exception cref="InvalidOperationException">There is no master key.</exception>
    public async ValueTask<SecretMaker> SecretsAsync() => new(await keys.GetMasterAsync(CancellationToken.None), credentials.Value.Iterations);
}
