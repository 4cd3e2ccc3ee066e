using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Devices.Actors;

namespace DeviceFleet.Devices.Tests.Alarms;

/// <summary>JSON of the actors' state, and of lists of its parts, which only tests write alone.</summary>
internal static class StateJson
{
    public static JsonSerializerOptions Options { get; } = new(DeviceActorsSetup.ActorJson)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(DeviceActorsSetup.ActorJson.TypeInfoResolver, new DefaultJsonTypeInfoResolver()),
    };

    public static T Again<T>(T value) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value, Options), Options)!;
}
