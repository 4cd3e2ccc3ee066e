using System.Text.Json.Serialization;

namespace EmbeddedDapr.Components.LocalStorage;

/// <summary>What the binding answers.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(string))]
internal sealed partial class LocalStorageJson : JsonSerializerContext;
