using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.Devices.Liveness;

namespace DeviceFleet.Devices.Tests.Liveness;

/// <summary>Presence against a reference that keeps the whole history and works everything out of it anew each time.</summary>
public sealed class PresenceModelTests
{
    private const long Start = 1_700_000_000_000;

    private static readonly PresenceLimits Limits = new(30_000, 120_000, 3, 300_000);

    private static readonly IngestLimits Bounds = new(TimeSpan.FromDays(1), TimeSpan.FromDays(366));

    private enum Step
    {
        SayOnline,
        SayOffline,
        SayOldBoot,
        Send,
        SendNonsense,
        Wait,
        SleepThrough,
    }

    [Fact]
    public void Presence_sessions_and_flapping_are_what_the_history_says()
    {
        var step = Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 200], Gen.Bool);
        step.List[1, 60].Sample(
            steps =>
            {
                var state = DeviceState.New(DeviceId.Parse("pump-1"));
                var history = new History();
                var now = Start;
                var boot = 1L;
                foreach (var (kind, amount, flag) in steps)
                {
                    state = state with { Outbox = [] };
                    switch (kind)
                    {
                        case Step.SayOnline:
                            boot += flag ? 1 : 0;
                            state = state.ReportStatus(new StatusReport { Online = true, Boot = boot, ReceivedAt = now }, Limits).Next;
                            history.SaysOnline(now);
                            break;
                        case Step.SayOffline:
                            state = state.ReportStatus(new StatusReport { Online = false, Boot = boot, ReceivedAt = now }, Limits).Next;
                            history.SaysOffline(now, known: true);
                            break;
                        case Step.SayOldBoot:
                            state = state.ReportStatus(new StatusReport { Online = flag, Boot = boot - 1, ReceivedAt = now }, Limits).Next;
                            history.SaysOutOfDate(now, isKnown: state.StatusBoot >= boot, flag);
                            break;
                        case Step.Send:
                            state = state.Ingest(
                                new IngestRequest { Samples = [new TelemetrySample { Metrics = new Dictionary<string, double> { ["t"] = amount } }], ReceivedAt = now }, Bounds, Limits).Next;
                            history.SaysOnline(now);
                            break;
                        case Step.SendNonsense:
                            state = state.NoteRejected(new RejectionNote(RejectionReasons.Malformed, now));
                            history.SaysSomething(now);
                            break;
                        case Step.Wait:
                            // The reminder comes at each moment at which something is due.
                            var until = now + amount * 1_000L;
                            while (state.PresenceDue(Limits) is { } due && due <= until)
                            {
                                now = Math.Max(now, due);
                                state = state.CheckPresence(Limits, now);
                                history.Look(now);
                                Same(history, state, now);
                            }

                            now = until;
                            break;
                        case Step.SleepThrough:
                            // The service was down, and looks once when it is back.
                            now += amount * 1_000L;
                            state = state.CheckPresence(Limits, now);
                            history.Look(now);
                            break;
                    }

                    Same(history, state, now);
                }
            },
            iter: 2_000);
    }

    private static void Same(History history, DeviceState state, long now)
    {
        Assert.Equal(history.Presence, state.Presence);
        Assert.Equal(history.Sessions(), (state.Connects, state.Sessions.Disconnects, state.Sessions.Since, state.Sessions.OnlineMs));
        Assert.Equal(history.IsFlapping(now), state.Sessions.IsFlapping);
        Assert.Equal(state.Connects, state.Sessions.Disconnects + (state.Sessions.Since is null ? 0 : 1));
        Assert.True(state.RecentStarts.Count <= Limits.FlapsMax + 1);
        Assert.True(state.PresenceDue(Limits) is not { } due || due > now);
        if (state.Outbox.Count > 0)
        {
            Assert.Equal((state.Presence, state.Sessions), (state.Outbox[^1].Presence!.Presence, state.Outbox[^1].Presence!.View.Sessions));
        }
    }

    /// <summary>The reference: nothing is updated in place but lists of what happened.</summary>
    private sealed class History
    {
        private readonly List<(long At, Presence Presence)> _changes = [];
        private readonly List<long> _seen = [];

        public Presence Presence => _changes.Count == 0 ? Presence.Unknown : _changes[^1].Presence;

        public void SaysOnline(long at)
        {
            _seen.Add(at);
            Become(Presence.Online, at);
        }

        public void SaysOffline(long at, bool known)
        {
            _seen.Add(at);
            Become(known ? Presence.Offline : Presence, at);
        }

        public void SaysOutOfDate(long at, bool isKnown, bool online)
        {
            if (isKnown)
            {
                _seen.Add(at);
            }
            else if (online)
            {
                SaysOnline(at);
            }
            else
            {
                SaysOffline(at, known: true);
            }
        }

        public void SaysSomething(long at)
        {
            _seen.Add(at);
            Become(Presence == Presence.Stale ? Presence.Online : Presence, at);
        }

        public void Look(long at)
        {
            if (Presence is Presence.Online or Presence.Stale)
            {
                var silence = at - _seen.Max();
                Become(silence >= Limits.OfflineAfterMs ? Presence.Offline : silence >= Limits.StaleAfterMs ? Presence.Stale : Presence, at);
            }
        }

        public (long Connects, long Disconnects, long? Since, long OnlineMs) Sessions()
        {
            var (connects, disconnects, onlineMs) = (0L, 0L, 0L);
            long? since = null;
            foreach (var (at, presence) in _changes)
            {
                if (presence == Presence.Online && since is null)
                {
                    (since, connects) = (at, connects + 1);
                }
                else if (presence == Presence.Offline && since is { } began)
                {
                    (since, disconnects, onlineMs) = (null, disconnects + 1, onlineMs + at - began);
                }
            }

            return (connects, disconnects, since, onlineMs);
        }

        public bool IsFlapping(long now)
        {
            var starts = new List<long>();
            var flapping = false;
            var connected = false;
            foreach (var (at, presence) in _changes)
            {
                if (presence == Presence.Online && !connected)
                {
                    flapping &= starts.Count > 0 && at - starts[^1] < Limits.FlapWindowMs;
                    starts.Add(at);
                    flapping |= starts.Count(start => start > at - Limits.FlapWindowMs) > Limits.FlapsMax;
                }

                connected = presence is Presence.Online or Presence.Stale;
            }

            return flapping && now - starts[^1] < Limits.FlapWindowMs;
        }

        private void Become(Presence presence, long at)
        {
            if (presence != Presence)
            {
                _changes.Add((at, presence));
            }
        }
    }
}
