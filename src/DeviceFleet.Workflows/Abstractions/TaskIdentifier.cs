namespace DeviceFleet.Workflows.Abstractions;

/// <summary>The name of a workflow or an activity. Names are compared without regard to case when they are looked up.</summary>
public readonly record struct TaskIdentifier(string Name)
{
    /// <summary>The identifier of that name.</summary>
    public static implicit operator TaskIdentifier(string name) => new(name);

    /// <summary>The name.</summary>
    public static implicit operator string(TaskIdentifier identifier) => identifier.Name;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
