using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Workflows;

/// <summary>The workflow engine of one sidecar, begun with the sidecar or by the first who asks. Needs an actor state store that keeps workflows. Thread safe.</summary>
internal sealed partial class WorkflowHost(Sidecar sidecar) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<WorkflowEngine?>? _starting;
    private bool _isStopped;

    /// <summary>The engine if it runs.</summary>
    public WorkflowEngine? Running
    {
        get
        {
            lock (_gate)
            {
                return _starting is { IsCompletedSuccessfully: true } started ? field ??= ResultOf(started) : null;
            }
        }
    }

    /// <summary>Actor types that daprd shows while a worker is connected, and their active actors.</summary>
    public IEnumerable<KeyValuePair<string, int>> ActorTypes => Running is { Dispatcher.StreamCount: > 0 } engine
        ? [new(TypeName("activity"), 0), new(TypeName("retentioner"), 0), new(TypeName("workflow"), engine.ResidentCount)]
        : [];

    /// <summary>The engine; null: there is no actor state store, or none that keeps workflows.</summary>
    public Task<WorkflowEngine?> EngineAsync()
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return Task.FromResult<WorkflowEngine?>(null);
            }

            // A start that failed is tried again by the next who asks.
            return _starting is null or { IsFaulted: true } or { IsCanceled: true } ? _starting = StartAsync() : _starting;
        }
    }

    /// <summary>Goes on with what an earlier process has left, without waiting for a caller.</summary>
    public void Begin() => _ = BeginAsync();

    /// <summary>Ends the workers' streams in order.</summary>
    public void StopDispatch() => Running?.StopDispatch();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task<WorkflowEngine?>? starting;
        lock (_gate)
        {
            _isStopped = true;
            starting = _starting;
        }

        if (starting is null)
        {
            return;
        }

        await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (starting.IsCompletedSuccessfully && await starting is { } engine)
        {
            await engine.DisposeAsync();
        }
    }

    private string TypeName(string kind) => $"dapr.internal.{sidecar.Options.Namespace}.{sidecar.Options.AppId}.{kind}";

    private async Task BeginAsync()
    {
        try
        {
            await EngineAsync();
        }
        catch (Exception failure)
        {
            Log.NotStarted(sidecar.Loggers.CreateLogger<WorkflowHost>(), failure);
        }
    }

    private async Task<WorkflowEngine?> StartAsync()
    {
        if (sidecar.Options.ActorsDisabled || sidecar.Actors.Store?.Feature<IWorkflowStoreProvider>() is not { } provider)
        {
            return null;
        }

        var store = await provider.WorkflowsAsync(sidecar.Options.AppId, sidecar.Stopping);
        return await WorkflowEngine.StartAsync(
            sidecar.Options.AppId, store, sidecar.Options.Configuration.Workflow.Over(sidecar.Options.Workflows), sidecar.Options.BodyBytesMax, sidecar.Time, sidecar.Loggers, sidecar.Stopping);
    }

    private static WorkflowEngine? ResultOf(Task<WorkflowEngine?> completed)
    {
#pragma warning disable VSTHRD002 // completed before
        return completed.Result;
#pragma warning restore VSTHRD002
    }

    private static partial class Log
    {
        [LoggerMessage(1710, LogLevel.Error, "The workflow engine does not start; the next caller tries again")]
        public static partial void NotStarted(ILogger logger, Exception failure);
    }
}
