namespace EmbeddedDapr.Workflows;

/// <summary>Why an operation is refused.</summary>
internal enum WorkflowRefusalKind
{
    /// <summary>No such instance.</summary>
    NotFound,

    /// <summary>The id is in use.</summary>
    AlreadyExists,

    /// <summary>The request makes no sense.</summary>
    InvalidArgument,

    /// <summary>It must have ended, and has not.</summary>
    NotCompleted,

    /// <summary>It waits for a worker that knows its version.</summary>
    Stalled,
}

/// <summary>A refusal, with the text for the caller.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="Message">Text.</param>
internal sealed record WorkflowRefusal(WorkflowRefusalKind Kind, string Message)
{
    public const string NoSuchInstance = "no such instance exists";

    public static WorkflowRefusal NotFound { get; } = new(WorkflowRefusalKind.NotFound, NoSuchInstance);

    public static WorkflowRefusal NotCompleted { get; } = new(WorkflowRefusalKind.NotCompleted, "orchestration has not yet completed");

    public static WorkflowRefusal Stalled { get; } = new(WorkflowRefusalKind.Stalled, "actor is stalled");
}
