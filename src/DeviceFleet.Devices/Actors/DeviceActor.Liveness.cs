using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Liveness;

namespace DeviceFleet.Devices.Actors;

internal sealed partial class DeviceActor
{
    public async Task<StatusReply> ReportStatus(StatusReport report)
    {
        var turn = await BeginAsync(report.ReceivedAt);
        if (turn.Device.RemovedAt is not null)
        {
            return new StatusReply(turn.Device.Presence, false, turn.Device.Revision);
        }

        var (next, changed) = turn.Device.ReportStatus(report, PresenceOf(turn.Device));
        turn.Device = next;
        if (report.Online && next.IsConnected)
        {
            // Each connect says so, and what was under way on the connection before is not.
            await ReconnectAsync(turn);
        }

        await CommitAsync(turn);
        return new StatusReply(turn.Device.Presence, changed, turn.Device.Revision);
    }

    /// <summary>By what the device's presence is judged now: its type says how often it reports.</summary>
    private PresenceLimits PresenceOf(DeviceState device) =>
        services.Settings.Book.TypeOf(device.Type)?.ReportingInterval is { } interval ? PresenceLimits.Of(services.Presence, interval) : services.DefaultPresence;

    private void CheckPresence(DeviceTurn turn)
    {
        var limits = PresenceOf(turn.Device);
        if (turn.Device.PresenceDue(limits) is { } due && due <= turn.Now)
        {
            turn.Touch();
            turn.Device = turn.Device.CheckPresence(limits, turn.Now);
        }
    }
}
