using EmbeddedDapr.Actors;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Jobs;

/// <summary>
/// The jobs API of one sidecar (Dapr API reference, jobs). Jobs lie beside the reminders of a durable state store, the one of the actors first; without any where the host keeps
/// schedules. They run while an app is connected. Thread safe.
/// </summary>
public sealed class JobApi
{
    private readonly Sidecar _sidecar;
    private readonly IReminderStore? _store;
    private readonly string _type;
    private JobRunner? _runner;
    private long _version;

    internal JobApi(Sidecar sidecar)
    {
        _sidecar = sidecar;
        _store = FindStore(sidecar.Components);
        _type = JobRules.TypeOf(sidecar.Options.Namespace, sidecar.Options.AppId);
        _version = sidecar.Time.GetUtcNow().UtcTicks;
    }

    /// <summary>What is wrong with a request that names no job at all.</summary>
    public ApiError Missing() => ApiErrors.JobMissing(_sidecar.Options);

    /// <summary>What is wrong with a body that names another job than the path.</summary>
    public ApiError NameDiffers() => ApiErrors.JobNameDiffers(_sidecar.Options);

    /// <summary>Schedules; when this completes without error, a durable store has it on disk.</summary>
    public async ValueTask<ApiError?> ScheduleAsync(JobRequest request, CancellationToken cancellationToken)
    {
        var options = _sidecar.Options;
        if (request.Name.Length == 0)
        {
            return ApiErrors.JobNameEmpty(options);
        }

        if (request.Schedule is null && request.DueTime is null)
        {
            return ApiErrors.JobScheduleEmpty(options);
        }

        if (_store is null)
        {
            return ApiErrors.JobSchedule("there is nowhere to keep jobs", options);
        }

        var runner = Volatile.Read(ref _runner);
        if (runner?.Count >= options.Jobs.JobsMax)
        {
            return ApiErrors.JobSchedule($"there are {options.Jobs.JobsMax} jobs already", options);
        }

        var (record, fault) = JobRules.Create(_type, request, _sidecar.Time.GetUtcNow(), Interlocked.Increment(ref _version));
        if (record is null)
        {
            return ApiErrors.JobSchedule(fault, options);
        }

        try
        {
            if (record.ExpiresAt < record.NextDue)
            {
                // Over before its first run.
                await (request.Overwrite ? DeleteOneAsync(request.Name, cancellationToken) : ValueTask.CompletedTask);
                return null;
            }

            if (!await _store.PutAsync(record, request.Overwrite, cancellationToken))
            {
                return ApiErrors.JobExists(request.Name, options);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.JobSchedule(exception.Message, options);
        }

        Volatile.Read(ref _runner)?.Put(record);
        return null;
    }

    /// <summary>The description of a job.</summary>
    public async ValueTask<ApiResult<ReadOnlyMemory<byte>>> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (name.Length == 0)
        {
            return ApiErrors.JobNameEmpty(_sidecar.Options);
        }

        try
        {
            return _store is not null && await _store.GetAsync(_type, string.Empty, name, cancellationToken) is { } record
                ? JobData.Unpack(record.Data).Description
                : ApiErrors.JobNotFound(name, _sidecar.Options);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.JobGet(exception.Message, _sidecar.Options);
        }
    }

    /// <summary>The descriptions of all jobs, by name.</summary>
    public async ValueTask<ApiResult<IReadOnlyList<ReadOnlyMemory<byte>>>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ApiResult.Ok<IReadOnlyList<ReadOnlyMemory<byte>>>([.. (await RecordsAsync(cancellationToken)).Select(record => JobData.Unpack(record.Data).Description)]);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.JobList(exception.Message, _sidecar.Options);
        }
    }

    /// <summary>Deletes a job; one that is not there is fine.</summary>
    public async ValueTask<ApiError?> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (name.Length == 0)
        {
            return ApiErrors.JobNameEmpty(_sidecar.Options);
        }

        try
        {
            await DeleteOneAsync(name, cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.JobDelete(exception.Message, _sidecar.Options);
        }
    }

    /// <summary>Deletes the jobs whose names begin so; an empty prefix means all of them (recorded: grpc-job-list).</summary>
    public async ValueTask<ApiError?> DeleteByPrefixAsync(string prefix, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var record in await RecordsAsync(cancellationToken))
            {
                if (record.Name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    await DeleteOneAsync(record.Name, cancellationToken);
                }
            }

            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.JobDelete(exception.Message, _sidecar.Options);
        }
    }

    /// <summary>Runs jobs at the app until what this answers is disposed; null: there is nowhere to keep any.</summary>
    internal IAsyncDisposable? Start()
    {
        if (_store is null)
        {
            return null;
        }

        var runner = new JobRunner(_sidecar, _store, _type);
        Volatile.Write(ref _runner, runner);
        runner.Start();
        return runner;
    }

    private static IReminderStore? FindStore(SidecarComponents components)
    {
        var durable = components.StateStores.Values
            .OrderBy(loaded => loaded.Spec.Metadata.Flag("actorStateStore") ? 0 : 1)
            .ThenBy(loaded => loaded.Spec.Name, StringComparer.Ordinal)
            .Select(loaded => loaded.Instance.Feature<IReminderStoreProvider>())
            .FirstOrDefault(provider => provider?.IsDurable == true);
        return durable?.Reminders ?? components.Schedules;
    }

    private ValueTask<IReadOnlyList<ReminderRecord>> RecordsAsync(CancellationToken cancellationToken) =>
        _store?.ListAsync(_type, string.Empty, int.MaxValue, cancellationToken) ?? ValueTask.FromResult<IReadOnlyList<ReminderRecord>>([]);

    private async ValueTask DeleteOneAsync(string name, CancellationToken cancellationToken)
    {
        if (_store is not null)
        {
            await _store.DeleteAsync(_type, string.Empty, name, cancellationToken);
            Volatile.Read(ref _runner)?.Remove(name);
        }
    }
}
