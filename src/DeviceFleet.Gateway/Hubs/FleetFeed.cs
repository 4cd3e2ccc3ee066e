using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Gateway.Fleet;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Hubs;

/// <summary>
/// Sends what changed, to groups and in batches. Taking a number and starting its send are one step under a lock, and so are a newcomer's snapshot and its joining:
/// the first update after a snapshot has the next number. Sends are not waited for under the lock; SignalR keeps their order for each connection.
/// </summary>
internal sealed partial class FleetFeed(
    FleetModel model, IHubContext<FleetHub> hub, NewsFeed news, FleetConnections connections, IOptions<FleetOptions> options, TimeProvider time, ILogger<FleetFeed> logger)
    : BackgroundService
{
    public const string FleetGroup = "fleet";

    /// <summary>Most batches that wait for a slow connection; then no more are made, and what changes meanwhile gathers in the model.</summary>
    private const int UnsentMax = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly List<Task> _unsent = [];
    private readonly PeriodicTimer _timer = new(options.Value.UpdateInterval, time);

    public static string DeviceGroup(DeviceId id) => $"device:{id.Value}";

    public async Task JoinAsync(string connectionId, CancellationToken cancellationToken)
    {
        Task joined;
        lock (_gate)
        {
            news.FleetWatched(connectionId);
            var snapshot = model.Snapshot(Now());
            joined = Task.WhenAll(
                hub.Clients.Client(connectionId).SendAsync(FleetHubContract.Snapshot, snapshot, cancellationToken),
                hub.Groups.AddToGroupAsync(connectionId, FleetGroup, cancellationToken));
        }

        await joined;
    }

    public Task LeaveAsync(string connectionId, CancellationToken cancellationToken)
    {
        news.FleetUnwatched(connectionId);
        return hub.Groups.RemoveFromGroupAsync(connectionId, FleetGroup, cancellationToken);
    }

    /// <summary>The connection is gone.</summary>
    public void Forget(string connectionId) => news.FleetUnwatched(connectionId);

    public override void Dispose()
    {
        _timer.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                _unsent.RemoveAll(send => send.IsCompleted);
                if (_unsent.Count >= UnsentMax)
                {
                    await connections.CutStalledAsync(Patience, stoppingToken);
                    continue;
                }

                Send();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The next tick sends the next number; a client that missed this one asks for a snapshot.
                Log.Failed(logger, exception);
            }
        }
    }

    private void Send()
    {
        lock (_gate)
        {
            if (model.TakeUpdates(Now()) is { } updates)
            {
                Keep(hub.Clients.Group(FleetGroup).SendAsync(FleetHubContract.DeviceUpdates, updates));
            }

            foreach (var batch in model.TakeSamples())
            {
                Keep(hub.Clients.Group(DeviceGroup(batch.Id)).SendAsync(FleetHubContract.DeviceSamples, batch));
            }

            foreach (var send in news.Send())
            {
                Keep(send);
            }
        }
    }

    private void Keep(Task send)
    {
        if (!send.IsCompleted)
        {
            _unsent.Add(send);
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(610, LogLevel.Error, "A batch of updates was not sent.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
