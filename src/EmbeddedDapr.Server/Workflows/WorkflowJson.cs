using EmbeddedDapr.Workflows;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Workflows;

/// <summary>An instance as the management API shows it (workflow contract, section 5.2).</summary>
internal static class WorkflowJson
{
    private const string Prefix = "dapr.workflow.";

    /// <summary>Status by its name there; stalled has none.</summary>
    public static string Status(OrchestrationStatus status) => status switch
    {
        OrchestrationStatus.Running => "RUNNING",
        OrchestrationStatus.Completed => "COMPLETED",
        OrchestrationStatus.ContinuedAsNew => "CONTINUED_AS_NEW",
        OrchestrationStatus.Failed => "FAILED",
        OrchestrationStatus.Canceled => "CANCELED",
        OrchestrationStatus.Terminated => "TERMINATED",
        OrchestrationStatus.Pending => "PENDING",
        OrchestrationStatus.Suspended => "SUSPENDED",
        _ => "UNKNOWN",
    };

    /// <summary>What there is of input, output, custom status and failure.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Properties(WorkflowDescription found)
    {
        (string Name, string? Value)[] properties =
        [
            ("custom_status", found.Row.CustomStatus),
            ("failure.error_message", found.Failure?.ErrorMessage),
            ("failure.error_type", found.Failure?.ErrorType),
            ("failure.stack_trace", found.Failure?.StackTrace),
            ("input", found.Input),
            ("output", found.Row.Status == OrchestrationStatus.Failed ? null : found.Output), // recorded: raw-completion-forms
        ];
        return properties.Where(property => !string.IsNullOrEmpty(property.Value)).Select(property => KeyValuePair.Create(Prefix + property.Name, property.Value!));
    }
}
