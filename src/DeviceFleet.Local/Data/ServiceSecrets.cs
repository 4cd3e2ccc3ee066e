using System.Security.Cryptography;
using System.Text.Json;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Local.Data;

/// <summary>
/// The file behind the secret store <see cref="DaprNames.SecretStore"/> (components/local/fleet-secrets.yaml), made at first start with the keys of the services. What it holds is read
/// through the Dapr API only.
/// </summary>
internal static class ServiceSecrets
{
    public const string FileName = "secrets.json";

    private const int MasterKeyBytes = 32;

    public static void EnsureIn(DataFolder data)
    {
        var path = Path.Combine(data.Path, FileName);
        if (File.Exists(path))
        {
            return;
        }

        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, new JsonWriterOptions { Indented = true }))
        {
            using var firmware = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            json.WriteStartObject();
            json.WriteStartObject(SecretNames.Provisioning);
            json.WriteString(SecretNames.MasterKey, RandomNumberGenerator.GetHexString(MasterKeyBytes * 2, lowercase: true));
            json.WriteString(SecretNames.FirmwareKey, firmware.ExportPkcs8PrivateKeyPem());
            json.WriteEndObject();
            json.WriteEndObject();
        }

        SecretFile.Write(path, content.ToArray());
    }
}
