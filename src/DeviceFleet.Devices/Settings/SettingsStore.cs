using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.Client;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Devices.Settings;

/// <summary>Keeps what is in force: after a restart with a bad edit in the configuration store, the rule before it still counts.</summary>
internal sealed class SettingsStore(DaprClient dapr)
{
    private const string Key = "settings";

    public async Task<StoredSettings> LoadAsync(CancellationToken cancellationToken)
    {
        var (bytes, _) = await dapr.GetByteStateAndETagAsync(DaprNames.ActorStateStore, Key, cancellationToken: cancellationToken);
        return bytes.IsEmpty ? StoredSettings.None : JsonSerializer.Deserialize(bytes.Span, SettingsJson.Default.StoredSettings) ?? StoredSettings.None;
    }

    public Task SaveAsync(StoredSettings settings, CancellationToken cancellationToken) =>
        dapr.SaveByteStateAsync(
            DaprNames.ActorStateStore, Key, JsonSerializer.SerializeToUtf8Bytes(settings, SettingsJson.Default.StoredSettings), cancellationToken: cancellationToken);
}

/// <summary>JSON of the stored settings.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredSettings))]
internal sealed partial class SettingsJson : JsonSerializerContext;
