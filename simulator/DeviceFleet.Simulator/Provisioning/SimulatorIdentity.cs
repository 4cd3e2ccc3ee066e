using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Simulator.Provisioning;

/// <summary>What a device was given when it was let in: one line of an identities file.</summary>
public sealed record SimulatorIdentity
{
    /// <summary>Whose it is.</summary>
    public required string HardwareId { get; init; }

    /// <summary>Who the device is from now on: MQTT user name and client id.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Which credential the secret is; null in a file made by hand: not known.</summary>
    public string? CredentialId { get; init; }

    /// <summary>MQTT password.</summary>
    public required string Secret { get; init; }

    /// <summary>Public key that firmware is signed with, base64 of its SubjectPublicKeyInfo (ECDSA P-256); null: the device takes no firmware.</summary>
    public string? FirmwareKey { get; init; }

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{DeviceId} (hardware {HardwareId}, credential {CredentialId ?? "unknown"})";
}

/// <summary>JSON of identities files.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SimulatorIdentity))]
internal sealed partial class IdentityJson : JsonSerializerContext;
