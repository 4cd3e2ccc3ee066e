namespace DeviceFleet.Workflows.Serialization;

/// <summary>How payloads become text and come back. Text that cannot be read throws; the call it belongs to then fails.</summary>
public interface IWorkflowSerializer
{
    /// <summary>The text of a value; empty for null.</summary>
    string Serialize<T>(T value);

    /// <summary>The text of a value; empty for null.</summary>
    /// <param name="value">The value.</param>
    /// <param name="inputType">The type to write it as; null: its own.</param>
    string Serialize(object? value, Type? inputType = null);

    /// <summary>The value of a text; default for none.</summary>
    T? Deserialize<T>(string? data);

    /// <summary>The value of a text; null for none.</summary>
    object? Deserialize(string? data, Type returnType);
}
