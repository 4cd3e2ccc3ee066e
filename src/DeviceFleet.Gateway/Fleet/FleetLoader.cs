using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Alarms;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>Brings the fleet back after a start: the names from the state store, then each device's row and alarms from its actor, while events already flow.</summary>
internal sealed partial class FleetLoader(
    KnownDevices known, DeviceActors actors, FleetModel model, AlarmBook alarms, IOptions<FleetOptions> options, TimeProvider time, ILogger<FleetLoader> logger) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when every device has been asked and has answered.</summary>
    public Task WaitLoadedAsync(CancellationToken cancellationToken) => _loaded.Task.WaitAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        IReadOnlyList<DeviceId> left = await RetryAsync(LoadNamesAsync, stoppingToken);
        var count = left.Count;
        for (var delay = RetryAfter; ; delay = Min(delay * 2, RetryAfterMax))
        {
            left = await RefreshAsync(left, stoppingToken);
            if (left.Count == 0)
            {
                break;
            }

            Log.SomeMissing(logger, left.Count);
            await Task.Delay(delay, time, stoppingToken);
        }

        Log.Loaded(logger, count);
        _loaded.TrySetResult();
    }

    private async Task<IReadOnlyList<DeviceId>> LoadNamesAsync(CancellationToken cancellationToken)
    {
        var ids = await known.LoadAsync(cancellationToken);
        foreach (var id in ids)
        {
            model.Name(id);
        }

        return ids;
    }

    /// <summary>Asks each; gives those that did not answer.</summary>
    private async Task<IReadOnlyList<DeviceId>> RefreshAsync(IReadOnlyList<DeviceId> ids, CancellationToken cancellationToken)
    {
        var failed = new System.Collections.Concurrent.ConcurrentBag<DeviceId>();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = options.Value.LoadParallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(ids, limits, async (id, token) =>
        {
            try
            {
                await RefreshAsync(id, token);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.NoAnswer(logger, exception, id);
                failed.Add(id);
            }
        });
        return [.. failed];
    }

    private async Task RefreshAsync(DeviceId id, CancellationToken cancellationToken)
    {
        var view = await actors.GetViewAsync(id, cancellationToken);
        model.Take(view);
        if (view.IsRemoved == true)
        {
            await known.ForgetAsync([id], cancellationToken);
        }

        if (view.Alarms.Active > 0)
        {
            // Asked after the view: the alarms are at least as new as its revision.
            foreach (var alarm in (await actors.GetAlarmsAsync(id, cancellationToken)).Alarms)
            {
                alarms.Take(alarm, view.Revision);
            }
        }
    }

    private async Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> load, CancellationToken cancellationToken)
    {
        for (var delay = RetryAfter; ; delay = Min(delay * 2, RetryAfterMax))
        {
            try
            {
                return await load(cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // At start the sidecar may come after the service.
                Log.NamesMissing(logger, exception, delay);
                await Task.Delay(delay, time, cancellationToken);
            }
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static partial class Log
    {
        [LoggerMessage(500, LogLevel.Information, "The fleet is loaded: {Count} devices.")]
        public static partial void Loaded(ILogger logger, int count);

        [LoggerMessage(501, LogLevel.Warning, "The names of the fleet could not be loaded; trying again in {Delay}.")]
        public static partial void NamesMissing(ILogger logger, Exception exception, TimeSpan delay);

        [LoggerMessage(502, LogLevel.Warning, "{Count} devices did not answer yet; they are asked again.")]
        public static partial void SomeMissing(ILogger logger, int count);

        [LoggerMessage(503, LogLevel.Debug, "Device {Id} did not answer.")]
        public static partial void NoAnswer(ILogger logger, Exception exception, DeviceId id);
    }
}
