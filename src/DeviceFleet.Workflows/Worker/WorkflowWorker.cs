using DeviceFleet.Workflows.Replay;
using DeviceFleet.Workflows.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Worker;

/// <summary>
/// Takes work items from the sidecar as long as the app runs. A lost stream is opened again, for ever. At the end it takes nothing more, lets what runs
/// finish as long as the host waits, and only then ends the stream: whatever is still unanswered then goes to another worker.
/// </summary>
internal sealed partial class WorkflowWorker : BackgroundService
{
    private readonly Sidecar _sidecar;
    private readonly WorkflowRuntimeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<WorkflowWorker> _logger;
    private readonly TurnRunner _turns;
    private readonly ActivityRunner _activities;
    private readonly Random _jitter = new();
    private WorkItemLane? _turnLane;
    private WorkItemLane? _activityLane;

    public WorkflowWorker(
        Sidecar sidecar,
        WorkflowRuntimeOptions options,
        IWorkflowSerializer serializer,
        IServiceScopeFactory scopes,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        _sidecar = sidecar;
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger<WorkflowWorker>();
        var settings = new TurnSettings(options.Registry, serializer, loggers, options.OnNonDeterminism, options.OnForeignAwait, options.SendEvents);
        _turns = new TurnRunner(scopes, settings, loggers.CreateLogger<TurnRunner>());
        _activities = new ActivityRunner(scopes, options.Registry, serializer, loggers.CreateLogger<ActivityRunner>());
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(_turnLane?.Close(cancellationToken) ?? Task.CompletedTask, _activityLane?.Close(cancellationToken) ?? Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            Log.CutOff(_logger);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.Registry.IsEmpty)
        {
            // A worker must answer everything it is given: one that knows nothing would fail the items of those that do.
            Log.NothingRegistered(_logger);
            return;
        }

        _turnLane = new WorkItemLane(_options.MaxConcurrentWorkflows, _options.MaxQueuedWorkItems, _turns.Run);
        _activityLane = new WorkItemLane(_options.MaxConcurrentActivities, _options.MaxQueuedWorkItems, _activities.Run);
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var session = new WorkerSession(_sidecar, _options, _time);
            try
            {
                await session.Run(() => Log.Connected(_logger), Accept, stoppingToken);
                Log.Ended(_logger);
            }
#pragma warning disable CA1031 // whatever ended the stream, the next attempt may go better
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                Log.Lost(_logger, failure.Message);
            }

            failures = session.HasWorked ? 1 : failures + 1;
            try
            {
                await Task.Delay(ReconnectDelay.After(failures, _options.ReconnectDelay, _options.ReconnectDelayMax, _jitter.NextDouble()), _time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private ValueTask Accept(ReceivedItem received, CancellationToken cancellationToken)
    {
        switch (received.Item.RequestCase)
        {
            case WorkItem.RequestOneofCase.WorkflowRequest:
                return _turnLane!.Accept(received, cancellationToken);
            case WorkItem.RequestOneofCase.ActivityRequest:
                return _activityLane!.Accept(received, cancellationToken);
            default:
                // Kinds of items of other sidecars; nothing this worker could answer.
                Log.UnknownItem(_logger);
                return ValueTask.CompletedTask;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1730, LogLevel.Information, "Connected to the sidecar; workflows and activities are taken")]
        public static partial void Connected(ILogger logger);

        [LoggerMessage(1731, LogLevel.Warning, "The stream of work items was lost and will be opened again: {Reason}")]
        public static partial void Lost(ILogger logger, string reason);

        [LoggerMessage(1732, LogLevel.Information, "The sidecar has ended the stream of work items; it will be opened again")]
        public static partial void Ended(ILogger logger);

        [LoggerMessage(1733, LogLevel.Warning, "The host's time to stop is over; workflow items that still run go to another worker")]
        public static partial void CutOff(ILogger logger);

        [LoggerMessage(1734, LogLevel.Information, "No workflow and no activity is registered; no work items are taken")]
        public static partial void NothingRegistered(ILogger logger);

        [LoggerMessage(1735, LogLevel.Warning, "The sidecar sent a work item of a kind this worker does not know; it is left unanswered")]
        public static partial void UnknownItem(ILogger logger);
    }
}
