using System.Security.Cryptography;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;
using DeviceFleet.Provisioning.Identities;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Access;

/// <summary>
/// Lets devices in. The identity's actor is asked for its verifiers each time, so what was revoked a moment ago does not count; the slow hash is only needed for a password that this
/// process did not see match before. So a reconnect storm costs an actor call a device, and only the first one after a restart a hash each, as many at once as half of the processors take.
/// </summary>
internal sealed class DeviceAuthenticator(
    IdentityActors identities, ProvenPasswords proven, WrongPasswords wrong, HashQueue hashes, ConnectionNotices notices, CredentialMetrics metrics, IOptions<CredentialOptions> options)
    : IMqttAccess
{
    private const string Allow = "allow";
    private const string Deny = "deny";
    private const string Ignore = "ignore";
    private const int PasswordBytesMax = 1_024;

    /// <summary>Nobody's hash: a user that does not exist costs what a wrong password costs.</summary>
    private readonly CredentialVerifier[] _nobody = [NobodysVerifier(options.Value.Iterations)];

    public async ValueTask<MqttVerdict> AuthenticateAsync(string? username, ReadOnlyMemory<byte> password, string? clientId, CancellationToken cancellationToken)
    {
        var (verdict, means) = username == MqttAccounts.Provision
            ? (OfClaim(password, clientId), Means.None)
            : await OfDeviceAsync(username, password, clientId, cancellationToken);
        metrics.Count(verdict.Result, means);
        return verdict;
    }

    private static MqttVerdict OfClaim(ReadOnlyMemory<byte> password, string? clientId)
    {
        if (!password.IsEmpty)
        {
            return No(RejectionReasons.BadCredentials, "A claim has no password.");
        }

        var isClaim = clientId?.StartsWith(MqttAccounts.ClaimClientPrefix, StringComparison.Ordinal) == true && DeviceId.TryParse(clientId[MqttAccounts.ClaimClientPrefix.Length..], out _);
        return isClaim ? new MqttVerdict { Result = Allow } : No(RejectionReasons.WrongClientId, $"A claim's client id is '{MqttAccounts.ClaimClientPrefix}' and its claim id.");
    }

    private async ValueTask<(MqttVerdict Verdict, string Means)> OfDeviceAsync(string? username, ReadOnlyMemory<byte> password, string? clientId, CancellationToken cancellationToken)
    {
        if (!DeviceId.TryParse(username, out var device) || password.Length > PasswordBytesMax)
        {
            return (No(RejectionReasons.BadCredentials, "Unknown user or wrong password."), Means.None);
        }

        if (clientId != device.Value)
        {
            return (No(RejectionReasons.WrongClientId, $"The client id of {device} has to be its device id."), Means.None);
        }

        var identity = await identities.GetVerifiersAsync(device, cancellationToken);
        if (identity.State is LifecycleState.Suspended or LifecycleState.Retired)
        {
            return (No(RejectionReasons.NotActive, $"{device} is {Lifecycle.NameOf(identity.State.Value)}."), Means.None);
        }

        if (identity.Verifiers.FirstOrDefault(verifier => proven.Contains(verifier.Hash, password.Span)) is { } known)
        {
            await notices.TellAsync(device, known.CredentialId, cancellationToken);
            return (new MqttVerdict { Result = Allow }, Means.Proven);
        }

        return (await HashedAsync(device, identity, password, cancellationToken), Means.Hashed);
    }

    private async ValueTask<MqttVerdict> HashedAsync(DeviceId device, IdentityVerifiers identity, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        var isKnown = identity.Verifiers.Count > 0;
        var user = isKnown ? device.Value : null;
        if (!wrong.TryTake(user))
        {
            return Later("Too many wrong passwords of late.");
        }

        // The one that was used before is the likely one.
        var result = await hashes.CheckAsync(isKnown ? [.. identity.Verifiers.OrderByDescending(verifier => verifier.WasUsed)] : _nobody, password, cancellationToken);
        switch (result.Outcome)
        {
            case HashOutcome.Busy:
                wrong.GiveBack(user);
                return Later("Too many passwords wait to be checked.");
            case HashOutcome.Match when isKnown:
                wrong.GiveBack(user);
                return await ProvenAsync(device, result.Matching!, password, cancellationToken);
            case HashOutcome.Match:
            case HashOutcome.Mismatch:
                return No(RejectionReasons.BadCredentials, "Unknown user or wrong password.");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async ValueTask<MqttVerdict> ProvenAsync(DeviceId device, CredentialVerifier verifier, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        proven.Add(verifier.Hash, password.Span);

        // It may have been revoked while the password waited for its hash.
        var now = await identities.GetVerifiersAsync(device, cancellationToken);
        if (!now.Verifiers.Any(still => still.CredentialId == verifier.CredentialId))
        {
            return No(RejectionReasons.BadCredentials, "The credential was revoked.");
        }

        await notices.TellAsync(device, verifier.CredentialId, cancellationToken);
        return new MqttVerdict { Result = Allow };
    }

    private static MqttVerdict No(string reason, string detail) => new() { Result = Deny, Reason = reason, Detail = detail };

    private static MqttVerdict Later(string detail) => new() { Result = Ignore, Detail = detail };

    private static CredentialVerifier NobodysVerifier(int iterations)
    {
        var hash = PasswordHashing.Make(RandomNumberGenerator.GetBytes(PasswordHashing.HashBytes), iterations);
        return new CredentialVerifier { CredentialId = "", Iterations = hash.Iterations, Salt = hash.Salt, Hash = hash.Hash };
    }

    private static class Means
    {
        public const string Proven = "proven";
        public const string Hashed = "hashed";
        public const string None = "none";
    }
}
