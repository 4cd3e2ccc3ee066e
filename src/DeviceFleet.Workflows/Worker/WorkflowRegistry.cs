using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using DeviceFleet.Workflows.Abstractions;
using DeviceFleet.Workflows.Abstractions.Attributes;

namespace DeviceFleet.Workflows.Worker;

/// <summary>Names, and what makes the objects they stand for.</summary>
internal sealed class WorkflowRegistry
{
    private readonly ConcurrentDictionary<string, Func<IServiceProvider, IWorkflow>> _workflows = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, VersionedWorkflow> _versioned = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Func<IServiceProvider, IWorkflowActivity>> _activities = new(StringComparer.OrdinalIgnoreCase);

    public bool IsEmpty => _workflows.IsEmpty && _versioned.IsEmpty && _activities.IsEmpty;

    public static string NameOf(Type type) =>
        type.GetCustomAttribute<WorkflowAttribute>()?.Name ?? type.GetCustomAttribute<WorkflowActivityAttribute>()?.Name ?? type.Name;

    public void Add(string name, Func<IServiceProvider, IWorkflow> factory) => _workflows.TryAdd(Checked(name), factory);

    public void Add(string name, Func<IServiceProvider, IWorkflowActivity> factory) => _activities.TryAdd(Checked(name), factory);

    public void AddVersion(string name, string version, Func<IServiceProvider, IWorkflow> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(version);
        _versioned.AddOrUpdate(
            Checked(name),
            _ => new VersionedWorkflow(version, new Dictionary<string, Func<IServiceProvider, IWorkflow>>(StringComparer.Ordinal) { [version] = factory }),
            (_, known) => known.With(version, factory));
    }

    /// <summary>The workflow of a name.</summary>
    /// <param name="name">What callers use.</param>
    /// <param name="pinned">The version the instance keeps; null if it has none.</param>
    /// <param name="isNew">Whether the instance begins now and may take the latest version.</param>
    public WorkflowChoice Find(string name, string? pinned, bool isNew)
    {
        var hasVersions = _versioned.TryGetValue(name, out var versions);
        if (pinned is not null)
        {
            return hasVersions && versions!.Factories.TryGetValue(pinned, out var factory)
                ? new WorkflowChoice(factory, pinned)
                : WorkflowChoice.VersionMissing;
        }

        if (hasVersions && isNew)
        {
            return new WorkflowChoice(versions!.Factories[versions.Latest], versions.Latest);
        }

        // An instance without a version began before there were versions.
        return _workflows.TryGetValue(name, out var plain) ? new WorkflowChoice(plain, null)
            : hasVersions ? WorkflowChoice.VersionMissing
            : WorkflowChoice.Unknown;
    }

    public bool TryFindActivity(string name, [NotNullWhen(true)] out Func<IServiceProvider, IWorkflowActivity>? factory) =>
        _activities.TryGetValue(name, out factory);

    private static string Checked(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return name;
    }

    private sealed record VersionedWorkflow(string Latest, IReadOnlyDictionary<string, Func<IServiceProvider, IWorkflow>> Factories)
    {
        public VersionedWorkflow With(string version, Func<IServiceProvider, IWorkflow> factory) =>
            Factories.ContainsKey(version)
                ? this
                : new VersionedWorkflow(
                    version,
                    new Dictionary<string, Func<IServiceProvider, IWorkflow>>(Factories, StringComparer.Ordinal) { [version] = factory });
    }
}
