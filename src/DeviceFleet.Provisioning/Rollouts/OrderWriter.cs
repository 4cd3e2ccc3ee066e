using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Writes orders to devices' desired twins. Thread-safe.</summary>
internal sealed partial class OrderWriter(DeviceLooks devices, ReleaseActors releases, IOptions<RolloutOptions> options, TimeProvider time, ILogger<OrderWriter> logger)
{
    private const string Member = "firmware";

    /// <summary>What became of tasks; one that is not in the answer is to be tried again.</summary>
    public async Task<IReadOnlyList<RolloutTaskDone>> WriteAsync(string rollout, Release release, IReadOnlyList<RolloutTask> tasks, CancellationToken cancellationToken)
    {
        var olds = new Dictionary<string, Release?>(StringComparer.Ordinal);
        foreach (var version in tasks.Select(task => task.Before).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            olds[version] = await releases.GetAsync(version, cancellationToken) is { Value: { } old } ? old : null;
        }

        var done = new ConcurrentBag<RolloutTaskDone>();
        var calls = new ParallelOptions { MaxDegreeOfParallelism = options.Value.CallsMax, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(tasks, calls, async (task, token) =>
        {
            var old = task.Before is { } before ? olds[before] : null;
            try
            {
                if (await WriteAsync(rollout, task, release, old, token) is { } result)
                {
                    done.Add(result);
                }
            }
            catch (Exception exception) when (!token.IsCancellationRequested)
            {
                // The other orders are to be written all the same; this one is tried again.
                Log.NotWritten(logger, exception, task.DeviceId);
            }
        });
        return [.. done];
    }

    /// <summary>
    /// The patch that makes a member of desired this order, whatever was there: what the order leaves out is taken out. Null: no order.
    /// </summary>
    public static JsonElement PatchOf(FirmwareOrder? order)
    {
        var member = order is null ? null : JsonSerializer.SerializeToNode(order, ContractsJson.Default.FirmwareOrder)!.AsObject();
        if (member is not null && order!.DeviceType is null)
        {
            member["deviceType"] = null;
        }

        return JsonElement.Parse(new JsonObject { [Member] = member }.ToJsonString());
    }

    public static FirmwareOrder OrderOf(Release release, string rollout, bool mayBeOlder) => new()
    {
        Version = release.Version,
        DeviceType = release.DeviceType,
        Path = "/api/firmware/" + Uri.EscapeDataString(release.Version),
        Size = release.Size,
        Sha256 = release.Sha256,
        Signature = release.Signature,
        Rollout = rollout,
        MayBeOlder = mayBeOlder,
    };

    private async Task<RolloutTaskDone?> WriteAsync(string rollout, RolloutTask task, Release release, Release? old, CancellationToken cancellationToken)
    {
        if (task.Kind == RolloutTaskKind.Update)
        {
            return await WriteAsync(rollout, task, OrderOf(release, rollout, mayBeOlder: false), ifVersion: null, cancellationToken);
        }

        // Not over somebody else's order, which is newer than ours.
        var twin = await devices.GetTwinAsync(task.DeviceId, cancellationToken);
        if (DeviceLooks.OrderedBy(twin) != rollout)
        {
            return new RolloutTaskDone(task.DeviceId, task.Kind, "Another order took the place of this one.");
        }

        if (task.Kind == RolloutTaskKind.Back && old is null)
        {
            var withdrawn = await WriteAsync(rollout, task, null, twin.Desired.Version, cancellationToken);
            return withdrawn is null ? null : new RolloutTaskDone(task.DeviceId, task.Kind, $"There is no release {task.Before}, which it had before.");
        }

        return await WriteAsync(rollout, task, old is null ? null : OrderOf(old, rollout, mayBeOlder: true), twin.Desired.Version, cancellationToken);
    }

    private async Task<RolloutTaskDone?> WriteAsync(string rollout, RolloutTask task, FirmwareOrder? order, long? ifVersion, CancellationToken cancellationToken)
    {
        var write = new DesiredWrite { Document = PatchOf(order), IfVersion = ifVersion, By = "rollout " + rollout, At = time.GetUtcNow().ToUnixTimeMilliseconds() };
        var reply = await devices.WriteDesiredAsync(task.DeviceId, write, cancellationToken);
        return reply.Outcome switch
        {
            ChangeOutcome.Applied or ChangeOutcome.Unchanged => new RolloutTaskDone(task.DeviceId, task.Kind, null),
            ChangeOutcome.Conflict => null,
            ChangeOutcome.Invalid or ChangeOutcome.NotFound or ChangeOutcome.Full => new RolloutTaskDone(task.DeviceId, task.Kind, reply.Detail ?? "Its twin did not take the order."),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(2511, LogLevel.Warning, "An order to device {Device} was not written; it is tried again.")]
        public static partial void NotWritten(ILogger logger, Exception exception, DeviceId device);
    }
}
