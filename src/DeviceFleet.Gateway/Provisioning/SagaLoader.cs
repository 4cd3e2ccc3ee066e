using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Gateway.Actors;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>
/// Brings the board back after a start: which identities have a saga under way, or one that ended of late, is in the directories; each of them is asked, while events already flow.
/// </summary>
internal sealed partial class SagaLoader(IdentityActors actors, SagaBoard board, TimeProvider time, ILogger<SagaLoader> logger) : BackgroundService
{
    /// <summary>Ended sagas that are shown again are not older than this.</summary>
    private static readonly TimeSpan EndedWithin = TimeSpan.FromHours(1);

    private const int AtOnceMax = 16;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var delay = RetryAfter;
        for (var left = Enumerable.Range(0, DirectoryIds.IdentityShards).ToArray(); ; delay = delay * 2 < RetryAfterMax ? delay * 2 : RetryAfterMax)
        {
            left = await LoadAsync(left, stoppingToken);
            if (left.Length == 0)
            {
                return;
            }

            // At start the service that hosts the actors may come after this one.
            Log.Missing(logger, left.Length, delay);
            await Task.Delay(delay, time, stoppingToken);
        }
    }

    /// <summary>Asks each; gives those that did not answer.</summary>
    private async Task<int[]> LoadAsync(int[] shards, CancellationToken cancellationToken)
    {
        var failed = new System.Collections.Concurrent.ConcurrentBag<int>();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(shards, limits, async (shard, token) =>
        {
            try
            {
                await LoadAsync(shard, token);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !token.IsCancellationRequested)
            {
                Log.NoAnswer(logger, exception, shard);
                failed.Add(shard);
            }
        });
        return [.. failed];
    }

    private async Task LoadAsync(int shard, CancellationToken cancellationToken)
    {
        var since = (time.GetUtcNow() - EndedWithin).ToUnixTimeMilliseconds();
        await foreach (var entry in actors.ListAllAsync(DirectoryIds.Identities(shard), cancellationToken))
        {
            var summary = entry.Summary?.Deserialize(ContractsJson.Default.IdentitySummary);
            if (DeviceId.TryParse(entry.Key, out var id)
                && (summary?.Saga is not null || summary?.SagaEndedAt > since)
                && (await actors.GetAsync(id, cancellationToken)).Value is { } identity)
            {
                board.Take(identity);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(510, LogLevel.Warning, "The sagas of {Count} directories could not be loaded; trying again in {Delay}.")]
        public static partial void Missing(ILogger logger, int count, TimeSpan delay);

        [LoggerMessage(511, LogLevel.Debug, "Directory {Shard} did not answer.")]
        public static partial void NoAnswer(ILogger logger, Exception exception, int shard);
    }
}
