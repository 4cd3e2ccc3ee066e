using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Alarms;
using DeviceFleet.Devices.Ingest;

namespace DeviceFleet.Devices.Liveness;

/// <summary>How a device's state follows from what arrives. Pure: input and time come in, the next state goes out.</summary>
internal static class DeviceTransitions
{
    private const int ReasonLengthMax = 200;

    /// <summary>Takes one message's samples; one result each. Those that are newest are shown to the rules.</summary>
    public static (DeviceState Next, SampleResult[] Results) Ingest(
        this DeviceState state, IngestRequest request, IngestLimits limits, PresenceLimits presence, DeviceType? type = null, RuleRun? rules = null)
    {
        var fold = new SampleFold(state, request.ReceivedAt, limits, type, rules);
        var results = new SampleResult[request.Samples.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = fold.Take(request.Samples[i]);
        }

        var next = fold.Fold(state).Counted().Hear(request.ReceivedAt, PresenceTransitions.ByTelemetry);

        // Samples that were refused say that something speaks in the device's name, not that this boot of it is there.
        return (fold.IsAlive ? next.BecomeOnline(presence, request.ReceivedAt, PresenceTransitions.ByTelemetry) : next, results);
    }

    /// <summary>Takes the device's word, or its last will. One of an older boot than known is out of date: it counts as seen and changes nothing else.</summary>
    public static (DeviceState Next, bool Changed) ReportStatus(this DeviceState state, StatusReport report, PresenceLimits presence)
    {
        var seen = state.Counted().See(report.ReceivedAt);
        if (report.Boot is { } boot && (boot < state.StatusBoot || boot < state.Window?.Boot))
        {
            return (seen, false);
        }

        var known = seen with { StatusBoot = report.Boot ?? state.StatusBoot };
        var reason = report.Reason is { Length: > ReasonLengthMax } text ? text[..ReasonLengthMax] : report.Reason;
        var next = report.Online ? known.BecomeOnline(presence, report.ReceivedAt, reason) : known.BecomeOffline(report.ReceivedAt, reason);
        return (next, next.Presence != state.Presence);
    }

    /// <summary>Counts a message that could not be read.</summary>
    public static DeviceState NoteRejected(this DeviceState state, RejectionNote note)
    {
        var counted = state.Counted() with
        {
            Totals = state.Totals with { Received = state.Totals.Received + 1, Invalid = state.Totals.Invalid + 1 },
            LastRejection = note.Reason,
        };
        return counted.Hear(note.ReceivedAt, PresenceTransitions.ByMessage);
    }

    private static DeviceState Counted(this DeviceState state) => state with { Revision = state.Revision + 1 };
}
