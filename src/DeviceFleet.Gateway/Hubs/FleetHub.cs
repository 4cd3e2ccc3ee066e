using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Commands;
using DeviceFleet.Gateway.Fleet;
using DeviceFleet.Gateway.Provisioning;
using Microsoft.AspNetCore.SignalR;

namespace DeviceFleet.Gateway.Hubs;

/// <summary>What browsers call; names and messages are <see cref="FleetHubContract"/>'s.</summary>
internal sealed partial class FleetHub(
    FleetFeed feed, FleetModel model, DeviceActors actors, IdentityRegistrar registrar, CommandBoard commands, CommandFollowers followers, TimeProvider time) : Hub
{
    /// <summary>Most devices that one connection watches at once.</summary>
    private const int WatchedMax = 16;

    [HubMethodName(FleetHubContract.WatchFleet)]
    public Task WatchFleetAsync() => feed.JoinAsync(Context.ConnectionId, Context.ConnectionAborted);

    [HubMethodName(FleetHubContract.UnwatchFleet)]
    public Task UnwatchFleetAsync() => feed.LeaveAsync(Context.ConnectionId, Context.ConnectionAborted);

    [HubMethodName(FleetHubContract.WatchDevice)]
    public async Task<DeviceSnapshot> WatchDeviceAsync(string deviceId)
    {
        var id = Known(deviceId);
        if (!Watched.Contains(id))
        {
            if (Watched.Count == WatchedMax)
            {
                throw new HubException($"At most {WatchedMax} devices can be watched at once.");
            }

            Watched.Add(id);
            model.Watch(id);
            await Groups.AddToGroupAsync(Context.ConnectionId, FleetFeed.DeviceGroup(id), Context.ConnectionAborted);
        }

        // Asked after joining: a sample that comes between is in both, and none is in neither.
        var view = await actors.GetViewAsync(id, Context.ConnectionAborted);
        return new DeviceSnapshot { View = view, Recent = model.Recent(id) };
    }

    [HubMethodName(FleetHubContract.UnwatchDevice)]
    public async Task UnwatchDeviceAsync(string deviceId)
    {
        var id = Parse(deviceId);
        if (Watched.Remove(id))
        {
            model.Unwatch(id);
            await Groups.RemoveFromGroupAsync(Context.ConnectionId, FleetFeed.DeviceGroup(id), Context.ConnectionAborted);
        }
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        foreach (var id in Watched)
        {
            model.Unwatch(id);
        }

        feed.Forget(Context.ConnectionId);
        followers.Forget(Context.ConnectionId);
        return base.OnDisconnectedAsync(exception);
    }

    /// <summary>What this connection watches. Its calls run one after another (SignalR's default), so a plain set will do.</summary>
    private HashSet<DeviceId> Watched
    {
        get
        {
            if (Context.Items.TryGetValue(nameof(Watched), out var known))
            {
                return (HashSet<DeviceId>)known!;
            }

            var watched = new HashSet<DeviceId>();
            Context.Items[nameof(Watched)] = watched;
            return watched;
        }
    }

    private DeviceId Known(string deviceId) => Parse(deviceId) is var id && model.Knows(id) ? id : throw new HubException($"There is no device '{id}'.");

    private static DeviceId Parse(string deviceId) =>
        DeviceId.TryParse(deviceId, out var id) ? id : throw new HubException($"Not a device id: 1 to {DeviceId.LengthMax} of A-Z a-z 0-9 . _ -, first a letter or digit.");
}
