using System.Threading.Channels;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Groups;

/// <summary>
/// Asks devices for what their group misses, outside of the group's turn: a device tells its group in a turn of its own, and two that wait for each other would wait for ever.
/// </summary>
internal sealed partial class GroupLooks(DeviceActors devices, GroupFeed feed, IOptions<GroupOptions> options, ILogger<GroupLooks> logger) : BackgroundService
{
    /// <summary>Devices that wait to be asked; a group that finds it full asks again a minute later.</summary>
    private const int WaitingMax = 10_000;

    private readonly Channel<(GroupPath Group, DeviceId Device)> _queue = Channel.CreateBounded<(GroupPath, DeviceId)>(
        new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Has a device asked, soon.</summary>
    public void Ask(GroupPath group, DeviceId device) => _queue.Writer.TryWrite((group, device));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        _queue.Reader.ReadAllAsync(stoppingToken), new ParallelOptions { MaxDegreeOfParallelism = options.Value.CallsMax, CancellationToken = stoppingToken }, AskAsync);

    private async ValueTask AskAsync((GroupPath Group, DeviceId Device) look, CancellationToken cancellationToken)
    {
        try
        {
            var view = await devices.GetViewAsync(look.Device, cancellationToken);
            feed.Offer(look.Group, view.Observed());
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The loop must go on; the group asks again.
            Log.NotAnswered(logger, exception, look.Device, look.Group);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(410, LogLevel.Warning, "Device {Device} did not say what it looks like, which group {Group} asked.")]
        public static partial void NotAnswered(ILogger logger, Exception exception, DeviceId device, GroupPath group);
    }
}
