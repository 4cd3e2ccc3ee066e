using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Replay;

/// <summary>Exceptions on the wire.</summary>
internal static class Failures
{
    public const string NonDeterminism = "NonDeterminismError";
    public const string NonDeterministicAwait = "NonDeterministicAwait";
    public const string WorkflowNotFound = "WorkflowNotFound";
    public const string ActivityNotFound = "ActivityNotFoundException";

    /// <summary>How many causes of a failure are told.</summary>
    private const int CausesMax = 8;

    public static TaskFailureDetails Of(Exception failure) => Of(failure, CausesMax);

    public static TaskFailureDetails Of(string type, string message) => new() { ErrorType = type, ErrorMessage = message };

    /// <summary>What user code sees; daprd gives none for a terminated child.</summary>
    public static WorkflowTaskFailureDetails Read(TaskFailureDetails? details) =>
        details is null ? new WorkflowTaskFailureDetails("WorkflowTerminated", "It ended without result or failure.")
        : new WorkflowTaskFailureDetails(details.ErrorType, details.ErrorMessage, details.StackTrace);

    private static TaskFailureDetails Of(Exception failure, int causes)
    {
        var details = new TaskFailureDetails
        {
            ErrorType = failure.GetType().FullName ?? failure.GetType().Name,
            ErrorMessage = failure.Message,
            StackTrace = failure.StackTrace,
        };
        if (failure is WorkflowTaskFailedException { FailureDetails: var cause })
        {
            details.InnerFailure = new TaskFailureDetails { ErrorType = cause.ErrorType, ErrorMessage = cause.ErrorMessage, StackTrace = cause.StackTrace };
        }
        else if (failure.InnerException is { } inner && causes > 1)
        {
            details.InnerFailure = Of(inner, causes - 1);
        }

        return details;
    }
}
