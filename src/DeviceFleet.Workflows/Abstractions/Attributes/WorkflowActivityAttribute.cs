namespace DeviceFleet.Workflows.Abstractions.Attributes;

/// <summary>Names an activity otherwise than by its type.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class WorkflowActivityAttribute : Attribute
{
    /// <summary>An activity that keeps its type's simple name.</summary>
    public WorkflowActivityAttribute()
    {
    }

    /// <summary>An activity called <paramref name="name"/>.</summary>
    public WorkflowActivityAttribute(string name) => Name = name;

    /// <summary>The name callers use; null: the type's simple name.</summary>
    public string? Name { get; }
}
