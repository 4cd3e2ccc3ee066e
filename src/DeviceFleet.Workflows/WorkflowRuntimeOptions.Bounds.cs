namespace DeviceFleet.Workflows;

public sealed partial class WorkflowRuntimeOptions
{
    /// <summary>Workflow turns that run at once; 1 or more, default 100.</summary>
    public int MaxConcurrentWorkflows { get; set => field = AtLeastOne(value); } = 100;

    /// <summary>Activities that run at once; 1 or more, default 100.</summary>
    public int MaxConcurrentActivities { get; set => field = AtLeastOne(value); } = 100;

    /// <summary>
    /// Items of each kind that wait here for their turn; 1 or more, default 10,000. Beyond it the stream is read no further, and daprd drops a stream that
    /// takes nothing for ten seconds: its items then go to another worker, or come again.
    /// </summary>
    public int MaxQueuedWorkItems { get; set => field = AtLeastOne(value); } = 10_000;

    /// <summary>Where the sidecar listens; null: <c>DAPR_GRPC_ENDPOINT</c>, else <c>DAPR_GRPC_PORT</c> on this machine, else port 50001.</summary>
    public Uri? GrpcEndpoint { get; set; }

    /// <summary>The pause after the first lost connection; doubled after each further one. Positive, default half a second.</summary>
    public TimeSpan ReconnectDelay { get; set => field = Positive(value); } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause between two attempts to connect; default 15 seconds. Up to a quarter is taken off at random, so that workers do not come at once.</summary>
    public TimeSpan ReconnectDelayMax { get; set => field = Positive(value); } = TimeSpan.FromSeconds(15);

    /// <summary>How often the worker says hello on an open connection, so that load balancers keep it; positive, default 30 seconds.</summary>
    public TimeSpan KeepAliveInterval { get; set => field = Positive(value); } = TimeSpan.FromSeconds(30);

    /// <summary>How long the sidecar may take to answer a hello before the connection counts as lost; positive, default 10 seconds.</summary>
    public TimeSpan HelloTimeout { get; set => field = Positive(value); } = TimeSpan.FromSeconds(10);

    /// <summary>What happens to an instance whose history its code does not follow; default: it fails.</summary>
    public NonDeterminismPolicy OnNonDeterminism { get; set; } = NonDeterminismPolicy.Fail;

    /// <summary>What happens to an instance that waits for something no history will ever answer; default: it fails.</summary>
    public ForeignAwaitPolicy OnForeignAwait { get; set; } = ForeignAwaitPolicy.Fail;

    /// <summary>How <see cref="WorkflowContext.SendEvent"/> is done. Part of determinism: instances that have sent events must keep it. Default: by an activity.</summary>
    public SendEventMode SendEvents { get; set; } = SendEventMode.Activity;

    /// <summary>
    /// Whether the worker keeps histories, so that a sidecar that can (1.19 or later) sends only what is new; default false.
    /// </summary>
    public bool UseStatefulHistory { get; set; }

    /// <summary>Events of all kept histories together; the instance that was used least lately goes first. 1 or more, default 1,000,000.</summary>
    public int MaxCachedHistoryEvents { get; set => field = AtLeastOne(value); } = 1_000_000;

    private static int AtLeastOne(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        return value;
    }

    private static TimeSpan Positive(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
        return value;
    }
}
