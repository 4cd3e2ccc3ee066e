using EmbeddedDapr.Workflows;
using YamlDotNet.RepresentationModel;

namespace EmbeddedDapr.Runtime.Configuration;

/// <summary><c>spec.workflow</c>.</summary>
public sealed record WorkflowConfiguration
{
    /// <summary>Turns at one time; null: not given.</summary>
    public int? TurnsMax { get; init; }

    /// <summary>Activities at one time; null: not given.</summary>
    public int? ActivitiesMax { get; init; }

    /// <summary><c>stateRetentionPolicy</c>; null: not given.</summary>
    public WorkflowRetention? Retention { get; init; }

    /// <summary>The options of an engine with what is given here in their place.</summary>
    public WorkflowEngineOptions Over(WorkflowEngineOptions options) => options with
    {
        TurnsMax = TurnsMax ?? options.TurnsMax,
        ActivitiesMax = ActivitiesMax ?? options.ActivitiesMax,
        Retention = Retention ?? options.Retention,
    };
}

/// <content>Workflows.</content>
public static partial class ConfigurationFiles
{
    private static WorkflowConfiguration ReadWorkflow(ResourceLoader.YamlReader document, YamlMappingNode workflow)
    {
        var retention = document.Map(workflow, "stateRetentionPolicy");
        return new WorkflowConfiguration
        {
            TurnsMax = Bound(document, workflow, "maxConcurrentWorkflowInvocations"),
            ActivitiesMax = Bound(document, workflow, "maxConcurrentActivityInvocations"),
            Retention = retention is null ? null : new WorkflowRetention
            {
                AnyTerminal = Ttl(document, retention, "anyTerminal"),
                Completed = Ttl(document, retention, "completed"),
                Failed = Ttl(document, retention, "failed"),
                Terminated = Ttl(document, retention, "terminated"),
            },
        };
    }

    // As in daprd, nothing below 1 is a bound.
    private static int? Bound(ResourceLoader.YamlReader document, YamlMappingNode workflow, string name) => document.Integer(workflow, name) is > 0 and var bound ? bound : null;

    private static TimeSpan? Ttl(ResourceLoader.YamlReader document, YamlMappingNode retention, string name)
    {
        if (document.Text(retention, name) is not { } text)
        {
            return null;
        }

        if (GoDuration.TryParse(text, out var ttl) && ttl >= TimeSpan.Zero)
        {
            return ttl;
        }

        document.Refuse(retention, $"'{name}' is '{text}', not a duration of 0 or more");
        return null;
    }
}
