using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Liveness;

namespace DeviceFleet.Devices.Tests.Liveness;

public sealed class PresenceTransitionsTests
{
    private const long Start = 1_700_000_000_000;
    private const long Second = 1_000;
    private const long Minute = 60 * Second;

    private static readonly PresenceLimits Limits = PresenceLimits.Of(new PresenceOptions(), null);

    private static readonly DeviceState Fresh = DeviceState.New(DeviceId.Parse("pump-1"));

    private static readonly DeviceState Online = Fresh.See(Start).BecomeOnline(Limits, Start, "hello");

    [Fact]
    public void Silence_is_measured_from_the_newest_message()
    {
        var heard = Online.Hear(Start + 10 * Second, PresenceTransitions.ByMessage);

        Assert.Equal(Start + 40 * Second, heard.PresenceDue(Limits));
        Assert.Same(heard, heard.CheckPresence(Limits, Start + 40 * Second - 1));
        Assert.Equal(Presence.Stale, heard.CheckPresence(Limits, Start + 40 * Second).Presence);
    }

    [Fact]
    public void A_silent_device_is_stale_before_it_is_offline_and_both_are_told()
    {
        var stale = Online.CheckPresence(Limits, Start + 30 * Second);
        var offline = stale.CheckPresence(Limits, Start + 2 * Minute);

        Assert.Equal((Presence.Stale, Start + 30 * Second, Start + 2 * Minute), (stale.Presence, stale.PresenceSince, stale.PresenceDue(Limits)));
        Assert.Equal(
            [(Presence.Online, "hello"), (Presence.Stale, PresenceTransitions.BySilence), (Presence.Offline, PresenceTransitions.BySilence)],
            offline.Outbox.Select(item => (item.Presence!.Presence, item.Presence.Reason!)));
        Assert.Null(offline.PresenceDue(Limits));
    }

    [Fact]
    public void Who_was_silent_for_long_while_nobody_looked_is_offline_at_once()
    {
        var offline = Online.CheckPresence(Limits, Start + 5 * Minute);

        Assert.Equal((Presence.Offline, 2), (offline.Presence, offline.Outbox.Count));
    }

    [Fact]
    public void Anything_heard_makes_a_stale_device_online_again_without_a_new_session()
    {
        var stale = Online.CheckPresence(Limits, Start + 30 * Second);

        var back = stale.Hear(Start + 40 * Second, PresenceTransitions.ByMessage);

        Assert.Equal((Presence.Online, PresenceTransitions.ByMessage), (back.Presence, back.Outbox[^1].Presence!.Reason));
        Assert.Equal((1L, Start), (back.Connects, back.Sessions.Since));
    }

    [Fact]
    public void A_session_lasts_from_online_to_offline()
    {
        var gone = Online.BecomeOffline(Start + 10 * Second, null);
        var again = gone.BecomeOnline(Limits, Start + 20 * Second, null);
        var goneAgain = again.BecomeOffline(Start + 25 * Second, null);

        Assert.Equal(new SessionSummary(1, null, 10 * Second, false), gone.Sessions);
        Assert.Equal(new SessionSummary(1, Start + 20 * Second, 10 * Second, false), again.Sessions);
        Assert.Equal((2L, new SessionSummary(2, null, 15 * Second, false)), (goneAgain.Connects, goneAgain.Sessions));
    }

    [Fact]
    public void More_sessions_than_the_bound_within_the_window_are_flapping_until_a_window_passes_without_one()
    {
        var state = Starts(6);
        var last = Start + 5 * Minute;

        Assert.True(state.Sessions.IsFlapping);
        Assert.Equal([null, PresenceTransitions.ByFlapping], state.Outbox.TakeLast(2).Select(item => item.Presence!.Reason));
        Assert.All(state.Outbox.TakeLast(2), item => Assert.True(item.Presence!.View.Sessions.IsFlapping));
        Assert.False(Starts(5).Sessions.IsFlapping);

        var offline = state.BecomeOffline(last + Second, null);
        Assert.Equal(last + 10 * Minute, offline.PresenceDue(Limits));
        var steady = offline.CheckPresence(Limits, last + 10 * Minute);
        Assert.False(steady.Sessions.IsFlapping);
        Assert.Equal((Presence.Offline, PresenceTransitions.BySteadiness), (steady.Outbox[^1].Presence!.Presence, steady.Outbox[^1].Presence!.Reason));
    }

    [Fact]
    public void A_type_that_reports_seldom_gives_its_devices_as_much_time()
    {
        var hourly = PresenceLimits.Of(new PresenceOptions(), TimeSpan.FromHours(1));
        var brisk = PresenceLimits.Of(new PresenceOptions(), TimeSpan.FromSeconds(2));
        var odd = PresenceLimits.Of(new PresenceOptions { StaleAfter = TimeSpan.FromMinutes(5) }, null);

        Assert.Equal((180 * Minute, 360 * Minute), (hourly.StaleAfterMs, hourly.OfflineAfterMs));
        Assert.Equal((6 * Second, 2 * Minute), (brisk.StaleAfterMs, brisk.OfflineAfterMs));
        Assert.Equal((5 * Minute, 5 * Minute), (odd.StaleAfterMs, odd.OfflineAfterMs));
    }

    /// <summary>A session each minute, the last one open.</summary>
    private static DeviceState Starts(int count)
    {
        var state = Fresh;
        for (var i = 0; i < count; i++)
        {
            var at = Start + i * Minute;
            state = state.BecomeOffline(at - 30 * Second, null).See(at).BecomeOnline(Limits, at, null);
        }

        return state;
    }
}
