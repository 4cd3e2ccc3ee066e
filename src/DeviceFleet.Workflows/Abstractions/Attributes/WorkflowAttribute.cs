namespace DeviceFleet.Workflows.Abstractions.Attributes;

/// <summary>Names a workflow otherwise than by its type.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class WorkflowAttribute : Attribute
{
    /// <summary>A workflow that keeps its type's simple name.</summary>
    public WorkflowAttribute()
    {
    }

    /// <summary>A workflow called <paramref name="name"/>.</summary>
    public WorkflowAttribute(string name) => Name = name;

    /// <summary>The name callers use; null: the type's simple name.</summary>
    public string? Name { get; }
}
