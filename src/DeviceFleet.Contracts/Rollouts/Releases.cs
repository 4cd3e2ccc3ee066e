namespace DeviceFleet.Contracts.Rollouts;

/// <summary>Bounds of releases.</summary>
public static class ReleaseLimits
{
    /// <summary>Longest version, in characters of <c>A–Z a–z 0–9 . _ + -</c>; compared as semantic versions (semver.org, 2.0.0).</summary>
    public const int VersionLengthMax = 64;

    /// <summary>Largest image, in bytes.</summary>
    public const long ImageBytesMax = 64 * 1024 * 1024;

    /// <summary>Bytes of one stored part of an image: what goes through a sidecar at a time.</summary>
    public const int PartBytes = 1024 * 1024;
}

/// <summary>A firmware image that devices may be told to install. Never changed; only withdrawn.</summary>
public sealed record Release
{
    /// <summary>Its id.</summary>
    public required string Version { get; init; }

    /// <summary>The type of device that it is for; null: any.</summary>
    public string? DeviceType { get; init; }

    /// <summary>Bytes of the image.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the image, 64 hex digits in lower case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Signature of <see cref="ReleaseText"/>: ECDSA P-256 with SHA-256, IEEE P1363, base64.</summary>
    public required string Signature { get; init; }

    /// <summary>What is new, for a person.</summary>
    public string? Notes { get; init; }

    /// <summary>Where its parts lie in the firmware store: before <c>/0</c>, <c>/1</c> and so on.</summary>
    public string? Store { get; init; }

    /// <summary>It is not to be rolled out any more.</summary>
    public bool IsWithdrawn { get; init; }

    /// <summary>Rises by one each change.</summary>
    public required long Revision { get; init; }

    /// <summary>Who changed it last.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>The text that a release's signature is made of.</summary>
public static class ReleaseText
{
    /// <summary>Five lines joined by line feeds, UTF-8: <c>devicefleet-release-v1</c>, version, device type or nothing, size in decimal, SHA-256 in hex.</summary>
    public static string Of(string version, string? deviceType, long size, string sha256) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"devicefleet-release-v1\n{version}\n{deviceType}\n{size}\n{sha256}");
}

/// <summary>Asks <c>provisioning</c> to sign and list an image that is stored already.</summary>
public sealed record ReleaseOrder
{
    /// <summary>Version.</summary>
    public required string Version { get; init; }

    /// <summary>Type of device; null: any.</summary>
    public string? DeviceType { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256, hex, lower case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What is new.</summary>
    public string? Notes { get; init; }

    /// <summary>As in the release.</summary>
    public string? Store { get; init; }

    /// <summary>A signature made elsewhere, which is checked; null: <c>provisioning</c> signs.</summary>
    public string? Signature { get; init; }

    /// <summary>Who asks.</summary>
    public required string By { get; init; }
}

/// <summary>Asks that a release be rolled out no more; what runs it keeps it.</summary>
/// <param name="Version">Which.</param>
/// <param name="By">Who.</param>
public sealed record ReleaseWithdrawal(string Version, string By);

/// <summary>What releases are verified with.</summary>
/// <param name="PublicKey">ECDSA P-256, base64 of its SubjectPublicKeyInfo.</param>
public sealed record FirmwareKey(string PublicKey);

/// <summary>Releases.</summary>
/// <param name="Releases">Newest version first.</param>
public sealed record ReleaseList(IReadOnlyList<Release> Releases);

/// <summary>Member <c>firmware</c> of a device's desired twin.</summary>
public sealed record FirmwareOrder
{
    /// <summary>Version.</summary>
    public required string Version { get; init; }

    /// <summary>Type of device that it is for; null: any.</summary>
    public string? DeviceType { get; init; }

    /// <summary>Path on the gateway, fetched with the device's own id and password (Basic): <c>/api/firmware/{version}</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256, hex, lower case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>As in the release.</summary>
    public required string Signature { get; init; }

    /// <summary>The rollout that asks.</summary>
    public required string Rollout { get; init; }

    /// <summary>A rollback: an older version is what is wanted. Otherwise a device refuses one.</summary>
    public bool MayBeOlder { get; init; }
}

/// <summary>Member <c>firmware</c> of a device's reported twin.</summary>
public sealed record FirmwareReport
{
    /// <summary>What runs now.</summary>
    public required string Version { get; init; }

    /// <summary><c>idle</c>, <c>downloading</c>, <c>verifying</c>, <c>installing</c>, <c>installed</c>, <c>failed</c> or <c>refused</c>.</summary>
    public required string State { get; init; }

    /// <summary>The version that the state is about; null: none.</summary>
    public string? Target { get; init; }

    /// <summary>The rollout that the state is about; null: none.</summary>
    public string? Rollout { get; init; }

    /// <summary>Failed or refused: why.</summary>
    public string? Error { get; init; }
}
