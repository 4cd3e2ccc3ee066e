using System.Globalization;
using System.Text;
using EmbeddedDapr.Runtime;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>The management API of workflows (workflow contract, section 5), common to HTTP and the Dapr service over gRPC. Thread safe.</summary>
internal sealed class WorkflowApi(WorkflowHost host, Sidecar sidecar)
{
    /// <summary>Characters that an id may have here; the task hub takes longer ones.</summary>
    public const int IdCharactersMax = 64;

    private const string StartTimeOption = "dapr.workflow.start_time";
    private const string BadStartTime = "start times must be in RFC3339 format (e.g. \"2009-11-10T23:00:00Z\")";

    /// <summary>Starts an instance and answers its id; does not wait for its first turn.</summary>
    public async Task<ApiResult<string>> StartAsync(string instanceId, string name, ReadOnlyMemory<byte> input, IDictionary<string, string>? options, TraceContext? trace, CancellationToken cancellationToken)
    {
        if (name.Length == 0)
        {
            return ApiErrors.WorkflowNameMissing();
        }

        if (instanceId.Length == 0)
        {
            instanceId = Guid.NewGuid().ToString();
        }
        else if (instanceId.EnumerateRunes().Count() > IdCharactersMax)
        {
            return ApiErrors.WorkflowIdTooLong(IdCharactersMax);
        }
        else if (!IsValid(instanceId))
        {
            return ApiErrors.WorkflowIdInvalid(instanceId);
        }

        DateTimeOffset? scheduledAt = null;
        if (options is not null && options.TryGetValue(StartTimeOption, out var text))
        {
            if (!text.Contains('T', StringComparison.OrdinalIgnoreCase) || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            {
                return ApiErrors.WorkflowStart(name, BadStartTime);
            }

            scheduledAt = at;
        }

        var request = new StartRequest { InstanceId = instanceId, Name = name, Input = Encoding.UTF8.GetString(input.Span), ScheduledAt = scheduledAt, Trace = trace };
        return await CallAsync(
            "create_workflow",
            async engine => await engine.StartAsync(request, cancellationToken) is { } refusal
                ? ApiErrors.WorkflowStart(name, $"unable to start workflow: failed to start workflow: {AsStatus(refusal)}")
                : null,
            why => ApiErrors.WorkflowStart(name, why)) is { } error ? error : instanceId;
    }

    /// <summary>An instance; no error and null: unknown.</summary>
    public async Task<ApiResult<WorkflowDescription?>> GetAsync(string instanceId, CancellationToken cancellationToken)
    {
        WorkflowDescription? found = null;
        var error = instanceId.Length == 0 ? ApiErrors.WorkflowIdMissing() : await CallAsync(
            "get_workflow",
            async engine =>
            {
                found = await engine.DescribeAsync(instanceId, withPayloads: true, cancellationToken);
                return null;
            },
            why => ApiErrors.WorkflowGet(instanceId, why));
        return error is null ? ApiResult.Ok(found) : error;
    }

    /// <summary>Asks for a pause; does not wait for it.</summary>
    public Task<ApiError?> PauseAsync(string instanceId) =>
        ManageAsync("pause_workflow", instanceId, engine => engine.SuspendAsync(instanceId, null), why => ApiErrors.WorkflowPause(instanceId, why));

    /// <summary>Asks for the end of a pause; does not wait for it.</summary>
    public Task<ApiError?> ResumeAsync(string instanceId) =>
        ManageAsync("resume_workflow", instanceId, engine => engine.ResumeAsync(instanceId, null), why => ApiErrors.WorkflowResume(instanceId, why));

    /// <summary>Asks for the end, of its children too; does not wait for it.</summary>
    public Task<ApiError?> TerminateAsync(string instanceId) => ManageAsync(
        "terminate_workflow", instanceId, engine => engine.TerminateAsync(instanceId, null, recurse: true), why => ApiErrors.WorkflowTerminate(instanceId, why), knowsUnknown: true);

    /// <summary>Removes an ended instance and its children.</summary>
    public Task<ApiError?> PurgeAsync(string instanceId) => ManageAsync(
        "purge_workflow",
        instanceId,
        async engine => (await engine.PurgeAsync(instanceId, recursive: true, force: false)).Refusal,
        why => ApiErrors.WorkflowPurge(instanceId, why),
        knowsUnknown: true);

    /// <summary>Raises an event.</summary>
    public async Task<ApiError?> RaiseAsync(string instanceId, string eventName, ReadOnlyMemory<byte> data)
    {
        if (instanceId.Length == 0)
        {
            return ApiErrors.WorkflowIdMissing();
        }

        if (eventName.Length == 0)
        {
            return ApiErrors.WorkflowEventNameMissing();
        }

        var input = Encoding.UTF8.GetString(data.Span); // "" without a body (recorded: event-payloads)
        return await ManageAsync("add_event", instanceId, engine => engine.RaiseAsync(instanceId, eventName, input), why => ApiErrors.WorkflowRaise(instanceId, eventName, why));
    }

    private Task<ApiError?> ManageAsync(
        string operation, string instanceId, Func<WorkflowEngine, Task<WorkflowRefusal?>> act, Func<string, ApiError> failed, bool knowsUnknown = false) =>
        instanceId.Length == 0
            ? Task.FromResult<ApiError?>(ApiErrors.WorkflowIdMissing())
            : CallAsync(
                operation,
                async engine => await act(engine) switch
                {
                    null => null,
                    { Kind: WorkflowRefusalKind.NotFound } when knowsUnknown => ApiErrors.WorkflowNotFound(instanceId),
                    { } refusal => failed(refusal.Message),
                },
                failed);

    private async Task<ApiError?> CallAsync(string operation, Func<WorkflowEngine, Task<ApiError?>> act, Func<string, ApiError> failed)
    {
        WorkflowEngine? engine = null;
        var began = sidecar.Time.GetTimestamp();
        ApiError? error;
        try
        {
            engine = await host.EngineAsync();
            error = engine is null ? failed(ApiErrors.ActorRuntimeNotFound().Message) : await act(engine);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            error = failed(exception.Message);
        }

        engine?.Metrics.Operation(operation, error is null, sidecar.Time.GetElapsedTime(began));
        return error;
    }

    private static string AsStatus(WorkflowRefusal refusal) =>
        refusal.Kind == WorkflowRefusalKind.AlreadyExists ? $"rpc error: code = AlreadyExists desc = {refusal.Message}" : refusal.Message;

    /// <summary>Letters and digits of any script, <c>-</c> and <c>_</c> (recorded: start-id-forms).</summary>
    private static bool IsValid(string instanceId)
    {
        foreach (var rune in instanceId.EnumerateRunes())
        {
            if (!Rune.IsLetterOrDigit(rune) && rune.Value is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }
}
