using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;

namespace DeviceFleet.Devices.Liveness;

/// <summary>
/// How presence, sessions and flapping follow from what is heard of a device, and from silence. Pure. A session lasts from a change to online until the next change to
/// offline; being stale in between does not end it. <c>Connects = Disconnects + (1 while there is a session)</c>, always.
/// </summary>
internal static class PresenceTransitions
{
    /// <summary>Why presence changed, where the device itself gave no reason.</summary>
    public const string BySilence = "silence";

    /// <inheritdoc cref="BySilence"/>
    public const string ByTelemetry = "telemetry";

    /// <summary>Why a stale device is online again, when something else than telemetry or status was heard of it.</summary>
    public const string ByMessage = "message";

    /// <summary>Sessions began more often than they should.</summary>
    public const string ByFlapping = "flapping";

    /// <summary>None began for a whole window.</summary>
    public const string BySteadiness = "steady";

    /// <summary>Something came from the device: it is seen, and no longer stale. Whether it is online is for what came to say.</summary>
    /// <param name="state">The device.</param>
    /// <param name="at">When it came, Unix milliseconds UTC.</param>
    /// <param name="reason">Why it is no longer stale.</param>
    public static DeviceState Hear(this DeviceState state, long at, string reason)
    {
        var seen = state.See(at);
        return seen.Presence == Presence.Stale ? seen.With(Presence.Online, at).Telling(at, reason) : seen;
    }

    /// <summary>Something came in the device's name that does not say that it is there, as a last will: the silence counts from it.</summary>
    public static DeviceState See(this DeviceState state, long at) =>
        state with { FirstSeen = state.FirstSeen ?? at, LastSeen = state.LastSeen is { } last && last > at ? last : at };

    /// <summary>It is there: a session begins, unless one is under way.</summary>
    public static DeviceState BecomeOnline(this DeviceState state, PresenceLimits limits, long at, string? reason)
    {
        if (state.IsConnected)
        {
            return state.Presence == Presence.Online ? state : state.With(Presence.Online, at).Telling(at, reason);
        }

        // The reminder that ends flapping may be late; the start that comes before it must not prolong what is over.
        var steady = state.IsSteady(limits, at) ? state with { Sessions = state.Sessions with { IsFlapping = false } } : state;
        var starts = steady.RecentStarts.Where(start => start > at - limits.FlapWindowMs).TakeLast(limits.FlapsMax).Append(at).ToArray();
        var isFlapping = steady.Sessions.IsFlapping || starts.Length > limits.FlapsMax;
        var next = steady.With(Presence.Online, at) with
        {
            Connects = state.Connects + 1,
            RecentStarts = starts,
            Sessions = steady.Sessions with { Since = at, IsFlapping = isFlapping },
        };
        var told = next.Telling(at, reason);
        return isFlapping == state.Sessions.IsFlapping ? told : told.Telling(at, isFlapping ? ByFlapping : BySteadiness);
    }

    /// <summary>It is gone: the session, if there is one, ends.</summary>
    public static DeviceState BecomeOffline(this DeviceState state, long at, string? reason) =>
        state.Presence == Presence.Offline ? state : state.EndSession(at).With(Presence.Offline, at).Telling(at, reason);

    /// <summary>When silence, or the end of flapping, changes something if nothing is heard of it, Unix milliseconds UTC; null: never.</summary>
    public static long? PresenceDue(this DeviceState state, PresenceLimits limits)
    {
        var silent = state.SilentAt(limits);
        var steady = state.SteadyAt(limits);
        return silent is null || steady < silent ? steady : silent;
    }

    /// <summary>What time alone did: a silent device is stale or offline, one that stopped flapping is steady. The same state when nothing is due.</summary>
    public static DeviceState CheckPresence(this DeviceState state, PresenceLimits limits, long now)
    {
        var isSteady = state.IsSteady(limits, now);
        var next = isSteady ? state with { Sessions = state.Sessions with { IsFlapping = false } } : state;
        if (state.SilentAt(limits) is { } silent && silent <= now)
        {
            // After an outage of the service both may be due: then it was stale while nobody looked.
            var presence = state.LastHeard() + limits.OfflineAfterMs <= now ? Presence.Offline : Presence.Stale;
            next = (presence == Presence.Offline ? next.EndSession(now) : next).With(presence, now).Telling(now, BySilence);
        }

        return isSteady ? next.Telling(now, BySteadiness) : next;
    }

    private static long? SilentAt(this DeviceState state, PresenceLimits limits) => state.Presence switch
    {
        Presence.Online => state.LastHeard() + limits.StaleAfterMs,
        Presence.Stale => state.LastHeard() + limits.OfflineAfterMs,
        Presence.Unknown or Presence.Offline => null,
    };

    private static long? SteadyAt(this DeviceState state, PresenceLimits limits) => state.Sessions.IsFlapping ? state.RecentStarts[^1] + limits.FlapWindowMs : null;

    private static bool IsSteady(this DeviceState state, PresenceLimits limits, long now) => state.SteadyAt(limits) is { } at && at <= now;

    private static long LastHeard(this DeviceState state) => state.LastSeen ?? 0;

    private static DeviceState EndSession(this DeviceState state, long at) => state.Sessions.Since is not { } since ? state : state with
    {
        Sessions = state.Sessions with
        {
            Disconnects = state.Sessions.Disconnects + 1,
            Since = null,
            OnlineMs = state.Sessions.OnlineMs + Math.Max(0, at - since),
        },
    };

    private static DeviceState With(this DeviceState state, Presence presence, long at) => state with { Presence = presence, PresenceSince = at };

    private static DeviceState Telling(this DeviceState state, long at, string? reason)
    {
        var change = new PresenceEvent { DeviceId = state.DeviceId, Presence = state.Presence, At = at, Reason = reason, View = state.ToView() };
        return state with { Outbox = state.Outbox.With(new OutboxItem { Presence = change }) };
    }
}
