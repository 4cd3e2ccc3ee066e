using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Takes releases: checks what is said of an image, signs it or checks its signature, and makes it one. Thread-safe.</summary>
internal sealed class ReleaseDesk(FirmwareSigner signer, ReleaseActors releases)
{
    private const int NotesLengthMax = 4_000;
    private const int NameLengthMax = 128;
    private const int TypeLengthMax = 64;
    private const int Sha256Length = 64;

    public async Task<ChangeReply<Release>> TakeAsync(ReleaseOrder order, CancellationToken cancellationToken)
    {
        if (FaultsOf(order).ToArray() is { Length: > 0 } faults)
        {
            return new ChangeReply<Release> { Outcome = ChangeOutcome.Invalid, Detail = string.Join(' ', faults) };
        }

        if (order.Signature is { } given && !await signer.VerifyAsync(order, given, cancellationToken))
        {
            return new ChangeReply<Release> { Outcome = ChangeOutcome.Invalid, Detail = "The signature is not that of this image with this fleet's firmware key." };
        }

        if ((order.Signature ?? await signer.SignAsync(order, cancellationToken)) is not { } signature)
        {
            return new ChangeReply<Release> { Outcome = ChangeOutcome.Conflict, Detail = "The secret store has no firmware key to sign with." };
        }

        var release = new Release
        {
            Version = order.Version,
            DeviceType = order.DeviceType,
            Size = order.Size,
            Sha256 = order.Sha256,
            Signature = signature,
            Notes = order.Notes,
            Store = order.Store,
            Revision = 1,
            By = order.By,
            At = 0,
        };
        return await releases.RegisterAsync(release, cancellationToken);
    }

    private static IEnumerable<string> FaultsOf(ReleaseOrder order)
    {
        if (!SemanticVersion.TryParse(order.Version, out _))
        {
            yield return $"A version is a semantic version (semver.org), at most {ReleaseLimits.VersionLengthMax} characters.";
        }

        if (order.DeviceType is { } type && (type.Length is 0 or > TypeLengthMax || !type.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')))
        {
            yield return $"A device type has 1 to {TypeLengthMax} characters of A-Z a-z 0-9 . _ -.";
        }

        if (order.Size is < 1 or > ReleaseLimits.ImageBytesMax)
        {
            yield return $"An image has 1 to {ReleaseLimits.ImageBytesMax} bytes.";
        }

        if (order.Sha256.Length != Sha256Length || !order.Sha256.All(char.IsAsciiHexDigitLower))
        {
            yield return "A SHA-256 has 64 hex digits in lower case.";
        }

        if (order.Notes?.Length > NotesLengthMax)
        {
            yield return $"Notes have at most {NotesLengthMax} characters.";
        }

        if (order.By.Length is 0 or > NameLengthMax)
        {
            yield return $"By has to be 1 to {NameLengthMax} characters.";
        }
    }
}
