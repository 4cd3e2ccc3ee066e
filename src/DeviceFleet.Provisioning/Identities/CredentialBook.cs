using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>What becomes of the credentials of an identity. Pure but for the secrets' own randomness.</summary>
internal static class CredentialBook
{
    /// <summary>Credentials that ended and are kept for who looks, the newest.</summary>
    private const int EndedKept = 8;

    public static bool IsFull(this IdentityState state, long now) => state.Credentials.Count(credential => credential.IsOpen(now)) >= IdentityLimits.CredentialsMax;

    /// <summary>The credential that a saga made; null: it made none.</summary>
    public static StoredCredential? CredentialOf(this IdentityState state, string instance) => state.Credentials.LastOrDefault(credential => credential.By == instance);

    /// <summary>One more. A saga's is shut, and its seed is kept, as it is told later; a person's is open, and is told now and never again.</summary>
    public static (IdentityState Next, StoredCredential Credential, string Secret) WithNew(this IdentityState state, IdentityChange change, bool isSagas, SecretMaker secrets)
    {
        var number = state.CredentialCount + 1;
        var id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"c{number}");
        var made = secrets.Make(state.DeviceId, id);
        var credential = new StoredCredential
        {
            Id = id,
            CreatedAt = change.At,
            By = isSagas ? change.Instance! : change.By,
            IsAllowed = !isSagas,
            ExpiresAt = change.ExpiresAt,
            Seed = isSagas ? made.Seed : null,
            Hash = made.Hash,
        };
        var known = state.Credentials;
        var forgotten = known.Where(old => !old.IsOpen(change.At)).Reverse().Skip(EndedKept - 1).ToHashSet();
        return (state with { CredentialCount = number, Credentials = [.. known.Where(old => !forgotten.Contains(old)), credential] }, credential, made.Secret);
    }

    /// <summary>Changes those that are meant.</summary>
    public static IdentityState WithCredentials(this IdentityState state, Func<StoredCredential, bool> isMeant, Func<StoredCredential, StoredCredential> change) =>
        state.Credentials.Any(isMeant) ? state with { Credentials = [.. state.Credentials.Select(credential => isMeant(credential) ? change(credential) : credential)] } : state;

    /// <summary>Revokes for good.</summary>
    public static IdentityState Revoked(this IdentityState state, Func<StoredCredential, bool> isMeant, string by, long at) => state.WithCredentials(
        credential => credential.RevokedAt is null && isMeant(credential),
        credential => credential with { RevokedAt = at, RevokedBy = by, Seed = null, Hash = null });

    /// <summary>Revokes for as long as the saga stands: should it be taken back, they count again.</summary>
    public static IdentityState Superseded(this IdentityState state, Func<StoredCredential, bool> isMeant, string instance, long at) => state.WithCredentials(
        credential => credential.RevokedAt is null && isMeant(credential),
        credential => credential with { RevokedAt = at, RevokedBy = instance, Seed = null });

    /// <summary>A saga ended well: what it revoked never counts again.</summary>
    public static IdentityState Sealed(this IdentityState state, string instance) => state.WithCredentials(
        credential => credential.RevokedBy == instance && credential.Hash is not null,
        credential => credential with { Hash = null });

    /// <summary>A saga is taken back: what it revoked counts again, what it made does not.</summary>
    public static IdentityState Restored(this IdentityState state, string instance, long at) => state
        .WithCredentials(
            credential => credential.RevokedBy == instance && credential.By != instance && credential.Hash is not null,
            credential => credential with { RevokedAt = null, RevokedBy = null })
        .Revoked(credential => credential.By == instance, instance, at);

    /// <summary>Whether between the two a credential ended that somebody may be connected with.</summary>
    public static bool EndedSince(this IdentityState next, IdentityState before) => before.Credentials.Any(credential =>
        credential is { IsAllowed: true, RevokedAt: null } && !next.Credentials.Any(after => after.Id == credential.Id && after is { IsAllowed: true, RevokedAt: null }));

    /// <summary>Whether the credential that the device connected with last is still open.</summary>
    public static bool IsConnectedWell(this IdentityState state, long now) =>
        state.Credentials.Any(credential => credential.Id == state.ConnectedWith && credential.IsAllowed && credential.IsOpen(now));

    /// <summary>What the broker compares passwords with.</summary>
    public static IdentityVerifiers ToVerifiers(this IdentityState state, long now) => new(
        state.Lifecycle,
        state.Lifecycle is LifecycleState.Provisioning or LifecycleState.Active
            ? [.. state.Credentials.Where(credential => credential is { IsAllowed: true, Hash: not null } && credential.IsOpen(now)).Select(ToVerifier)]
            : []);

    private static CredentialVerifier ToVerifier(StoredCredential credential) => new()
    {
        CredentialId = credential.Id,
        Iterations = credential.Hash!.Iterations,
        Salt = credential.Hash.Salt,
        Hash = credential.Hash.Hash,
        ExpiresAt = credential.ExpiresAt,
        WasUsed = credential.FirstUsedAt is not null,
    };
}
