using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Documents;
using DeviceFleet.Devices.Liveness;
using DeviceFleet.Devices.Settings;
using DeviceFleet.Devices.Twin;

namespace DeviceFleet.Devices.Actors;

/// <summary>
/// The twin. That desired has to be sent is stored with what makes it so, as a flag that only the broker's yes takes away: no crash and no failed call leaves a device with
/// an older one for good.
/// </summary>
internal sealed partial class DeviceActor
{
    private const int EventPatchBytesMax = 4 * 1024;

    public async Task<TwinView> RequestTwin(TwinRequest request)
    {
        var turn = await BeginAsync(request.ReceivedAt);
        if (turn.Device.RemovedAt is not null)
        {
            return await ViewTwinAsync(turn);
        }

        Hear(turn);
        OweDesired(turn, evenIfNeverWritten: true);
        await CatchUpAfterAsync(turn);
        await CommitAsync(turn);
        return await ViewTwinAsync(turn);
    }

    public async Task<ChangeReply<TwinView>> ReportTwin(ReportedPatch patch)
    {
        var turn = await BeginAsync(patch.ReceivedAt);
        if (turn.Device.RemovedAt is not null)
        {
            return OfGone<TwinView>();
        }

        var twin = await TwinAsync(turn);
        var settings = (await RulesAsync(turn.Device)).Book;

        // The type is the one that the device has after the report.
        var (next, result) = twin.Report(patch, document => settings.TypeOf(turn.Device.Registration.Type ?? TwinState.TypeIn(document))?.Faults(document) ?? []);
        if (result.Reason is { } reason)
        {
            turn.Device = turn.Device.NoteRejected(new RejectionNote(reason, turn.Now));
            if (reason == RejectionReasons.StaleVersion)
            {
                OweDesired(turn, evenIfNeverWritten: true); // it tells the version that the next patch may name
            }
        }
        else
        {
            Hear(turn);
        }

        if (result.Outcome == ChangeOutcome.Applied)
        {
            Keep(turn, next, "reported", next.Reported, patch.Patch, TwinState.ByDevice);
        }

        await CatchUpAfterAsync(turn);
        return await EndAsync(turn, result);
    }

    public async Task<ChangeReply<TwinView>> WriteDesired(DesiredWrite write)
    {
        var turn = await BeginAsync(write.At);
        if (turn.Device.RemovedAt is not null)
        {
            return OfGone<TwinView>() with { Reason = null };
        }

        var twin = await TwinAsync(turn);
        var type = (await RulesAsync(turn.Device)).DeviceType;
        var (next, result) = twin.WriteDesired(write, document => type?.Faults(document) ?? []);
        if (result.Outcome == ChangeOutcome.Applied)
        {
            Keep(turn, next, "desired", next.Desired, write.Document, write.By);
            OweDesired(turn, evenIfNeverWritten: true);
            await CatchUpAsync(turn);
        }

        return await EndAsync(turn, result with { Reason = null }); // nothing that a device sent
    }

    public async Task<TwinView> GetTwin() => await ViewTwinAsync(await BeginAsync(Now()));

    private static ValueTask<TwinState> TwinAsync(DeviceTurn turn) => turn.PartAsync(DeviceTurn.TwinKey, TwinState.Empty);

    private static async Task<TwinView> ViewTwinAsync(DeviceTurn turn) => (await TwinAsync(turn)).ToView(turn.Device.DeviceId, turn.Device.Revision);

    /// <summary>It is there: something sound came from it that is no telemetry and no status.</summary>
    private void Hear(DeviceTurn turn)
    {
        var report = new StatusReport { Online = true, Reason = PresenceTransitions.ByMessage, ReceivedAt = turn.Now };
        turn.Device = turn.Device.ReportStatus(report, PresenceOf(turn.Device)).Next;
    }

    private static async Task CatchUpAfterAsync(DeviceTurn turn) => await (turn.CameOnline ? ReconnectAsync(turn) : CatchUpAsync(turn));

    private static void OweDesired(DeviceTurn turn, bool evenIfNeverWritten)
    {
        if (turn.Device.Twin is { Unsent: false } twin && (evenIfNeverWritten || twin.DesiredVersion > 0))
        {
            turn.Device = turn.Device with { Twin = twin with { Unsent = true } };
        }
    }

    private static async Task SendDesiredAsync(DeviceTurn turn)
    {
        if (turn.Device.Twin.Unsent)
        {
            var payload = CompactJson.Payload((await TwinAsync(turn)).ToMessage());
            turn.Downward.Add(new DownwardMessage(MqttTopics.Desired(turn.Device.DeviceId), payload, Retain: true, () =>
                turn.Device = turn.Device with { Twin = turn.Device.Twin with { Unsent = false } }));
        }
    }

    /// <summary>Puts the twin into the turn, and tells of the document that changed in it.</summary>
    private static void Keep(DeviceTurn turn, TwinState twin, string part, TwinDocument document, JsonElement patch, string by)
    {
        turn.Put(DeviceTurn.TwinKey, twin);
        turn.Touch();
        turn.Device = turn.Device with { Twin = twin.ToDigest(turn.Device.Twin.Unsent) };
        var change = new TwinEvent
        {
            DeviceId = turn.Device.DeviceId,
            Part = part,
            Version = document.Version,
            Patch = CompactJson.BytesOf(patch) <= EventPatchBytesMax ? patch : null,
            By = by,
            At = turn.Now,
            View = turn.Device.ToView(),
        };
        turn.Tell(new OutboxItem { Twin = change });
    }

    private async Task<ChangeReply<TwinView>> EndAsync(DeviceTurn turn, TwinWriteResult result)
    {
        await CommitAsync(turn);
        return new ChangeReply<TwinView> { Outcome = result.Outcome, Value = await ViewTwinAsync(turn), Detail = result.Detail, Reason = result.Reason };
    }
}
