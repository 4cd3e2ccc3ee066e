using System.Security.Cryptography;
using Dapr.Client;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Provisioning.Credentials;

/// <summary>The service's own keys, from the secret store: read once, when first needed, and again as long as one is missing. Thread-safe.</summary>
internal sealed class ServiceKeys(DaprClient dapr)
{
    public const int MasterKeyBytes = 32;

    private volatile byte[]? _master;
    private volatile string? _firmware;

    /// <summary>The master key.</summary>
    /// <exception cref="InvalidOperationException">There is none, or it is no key.</exception>
    public async ValueTask<byte[]> GetMasterAsync(CancellationToken cancellationToken)
    {
        if (_master is { } known)
        {
            return known;
        }

        var text = await ReadAsync(SecretNames.MasterKey, cancellationToken);
        return _master = IsKey(text)
            ? Convert.FromHexString(text!)
            : throw new InvalidOperationException($"Secret '{SecretNames.Provisioning}' needs a value '{SecretNames.MasterKey}' of {MasterKeyBytes * 2} hex digits: nobody can be let in without.");
    }

    /// <summary>PEM of the private key that firmware is signed with; null: there is none.</summary>
    public async ValueTask<string?> GetFirmwareAsync(CancellationToken cancellationToken) => _firmware ??= await ReadAsync(SecretNames.FirmwareKey, cancellationToken);

    /// <summary>Base64 of its public part, for devices; null: there is none.</summary>
    public async ValueTask<string?> GetFirmwarePublicAsync(CancellationToken cancellationToken)
    {
        if (await GetFirmwareAsync(cancellationToken) is not { } pem)
        {
            return null;
        }

        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    private static bool IsKey(string? text) => text?.Length == MasterKeyBytes * 2 && text.All(char.IsAsciiHexDigit);

    private async Task<string?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var values = await dapr.GetSecretAsync(DaprNames.SecretStore, SecretNames.Provisioning, cancellationToken: cancellationToken);
        return values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
    }
}
