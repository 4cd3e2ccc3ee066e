using System.Text.Json;

namespace DeviceFleet.Workflows.Serialization;

/// <summary>
/// JSON as the official .NET client writes it: web defaults, fields included, null as empty text. No text, empty text and <c>null</c> are all read as default,
/// since workers in other languages write any of them.
/// </summary>
public sealed class JsonWorkflowSerializer : IWorkflowSerializer
{
    private static readonly JsonSerializerOptions Defaults = new(JsonSerializerDefaults.Web) { IncludeFields = true };
    private readonly JsonSerializerOptions _options;

    /// <summary>A serializer with the defaults.</summary>
    public JsonWorkflowSerializer()
        : this(Defaults)
    {
    }

    /// <summary>A serializer with options of its own.</summary>
    public JsonWorkflowSerializer(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <inheritdoc/>
    public string Serialize<T>(T value) => Serialize(value, null);

    /// <inheritdoc/>
    public string Serialize(object? value, Type? inputType = null) =>
        value is null ? string.Empty : JsonSerializer.Serialize(value, inputType ?? value.GetType(), _options);

    /// <inheritdoc/>
    public T? Deserialize<T>(string? data) => IsNothing(data) ? default : JsonSerializer.Deserialize<T>(data!, _options);

    /// <inheritdoc/>
    public object? Deserialize(string? data, Type returnType) => IsNothing(data) ? null : JsonSerializer.Deserialize(data!, returnType, _options);

    private static bool IsNothing(string? data) => string.IsNullOrWhiteSpace(data) || data == "null";
}
