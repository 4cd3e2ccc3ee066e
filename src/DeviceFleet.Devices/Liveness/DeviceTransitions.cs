using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Ingest;

namespace DeviceFleet.Devices.Liveness;

/// <summary>How a device's state follows from what arrives. Pure: input and time come in, the next state goes out.</summary>
internal static class DeviceTransitions
{
    /// <summary>Why presence changed, where the device itself gave no reason.</summary>
    public const string BySilence = "silence";

    /// <inheritdoc cref="BySilence"/>
    public const string ByTelemetry = "telemetry";

    private const int ReasonLengthMax = 200;

    /// <summary>Takes one message's samples; one result each.</summary>
    public static (DeviceState Next, SampleResult[] Results) Ingest(this DeviceState state, IngestRequest request, IngestLimits limits)
    {
        var fold = new SampleFold(state, request.ReceivedAt, limits);
        var results = new SampleResult[request.Samples.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = fold.Take(request.Samples[i]);
        }

        var next = fold.Fold(state).Heard(request.ReceivedAt);

        // Samples that were refused say that something speaks in the device's name, not that this boot of it is there.
        return (fold.IsAlive ? next.BecomeOnline(request.ReceivedAt, ByTelemetry) : next, results);
    }

    /// <summary>Takes the device's word, or its last will. One of an older boot than known is stale: it counts as heard and changes nothing else.</summary>
    public static (DeviceState Next, bool Changed) ReportStatus(this DeviceState state, StatusReport report)
    {
        var heard = state.Heard(report.ReceivedAt);
        if (report.Boot is { } boot && (boot < state.StatusBoot || boot < state.Window?.Boot))
        {
            return (heard, false);
        }

        var known = heard with { StatusBoot = report.Boot ?? state.StatusBoot };
        var reason = report.Reason is { Length: > ReasonLengthMax } text ? text[..ReasonLengthMax] : report.Reason;
        var next = report.Online ? known.BecomeOnline(report.ReceivedAt, reason) : known.BecomeOffline(report.ReceivedAt, reason);
        return (next, next.Presence != state.Presence);
    }

    /// <summary>Counts a message that could not be read.</summary>
    public static DeviceState NoteRejected(this DeviceState state, RejectionNote note)
    {
        var heard = state.Heard(note.ReceivedAt);
        return heard with
        {
            Totals = heard.Totals with { Received = heard.Totals.Received + 1, Invalid = heard.Totals.Invalid + 1 },
            LastRejection = note.Reason,
        };
    }

    /// <summary>When silence changes its presence if nothing is heard of it, Unix milliseconds UTC; null: silence changes nothing.</summary>
    public static long? SilentAt(this DeviceState state, PresenceOptions options) =>
        state.Presence == Presence.Online ? (state.LastSeen ?? 0) + (long)options.OfflineAfter.TotalMilliseconds : null;

    /// <summary>An online device that has fallen silent becomes offline.</summary>
    public static DeviceState CheckSilence(this DeviceState state, PresenceOptions options, long now) =>
        state.SilentAt(options) is { } at && at <= now ? (state with { Revision = state.Revision + 1 }).BecomeOffline(now, BySilence) : state;

    private static DeviceState Heard(this DeviceState state, long at) => state with
    {
        Revision = state.Revision + 1,
        FirstSeen = state.FirstSeen ?? at,
        LastSeen = state.LastSeen is { } last && last > at ? last : at,
    };

    private static DeviceState BecomeOnline(this DeviceState state, long at, string? reason) =>
        state.Presence == Presence.Online ? state : (state with { Connects = state.Connects + 1 }).Become(Presence.Online, at, reason);

    private static DeviceState BecomeOffline(this DeviceState state, long at, string? reason) =>
        state.Presence == Presence.Offline ? state : state.Become(Presence.Offline, at, reason);

    private static DeviceState Become(this DeviceState state, Presence presence, long at, string? reason)
    {
        var next = state with { Presence = presence, PresenceSince = at };
        var change = new PresenceEvent { DeviceId = state.DeviceId, Presence = presence, At = at, Reason = reason, View = next.ToView() };
        return next with { Outbox = state.Outbox.With(new OutboxItem { Presence = change }) };
    }
}
