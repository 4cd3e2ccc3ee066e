using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.Devices.Liveness;

namespace DeviceFleet.Devices.Tests.Liveness;

public sealed class DeviceTransitionsTests
{
    private const long Now = 1_700_000_000_000;

    private static readonly IngestLimits Limits = new(TimeSpan.FromDays(1), TimeSpan.FromDays(366));

    private static readonly PresenceLimits Rules = PresenceLimits.Of(new PresenceOptions(), null);

    private static readonly DeviceState Fresh = DeviceState.New(DeviceId.Parse("pump-1"));

    [Fact]
    public void A_late_sample_counts_and_leaves_the_newer_value()
    {
        var (state, _) = Fresh.Ingest(Message(Sample(1, 5, 50)), Limits, Rules);

        var (next, results) = state.Ingest(Message(Sample(1, 3, 30)), Limits, Rules);

        Assert.Equal(SampleOutcome.Applied, results[0].Outcome);
        Assert.Equal((50.0, 2L), (next.Metrics["t"], next.Totals.Applied));
    }

    [Fact]
    public void A_higher_boot_starts_anew_and_a_lower_one_is_refused()
    {
        var (state, _) = Fresh.Ingest(Message(Sample(1, 500, 1)), Limits, Rules);

        var (next, results) = state.Ingest(Message(Sample(2, 0, 2), Sample(1, 501, 3)), Limits, Rules);

        Assert.Equal(SampleOutcome.Applied, results[0].Outcome);
        Assert.Equal((SampleOutcome.TooLate, RejectionReasons.OldBoot), (results[1].Outcome, results[1].Reason));
        Assert.Equal((2L, 0L, RejectionReasons.OldBoot), (next.Window!.Boot, next.Window.Highest, next.LastRejection));
    }

    [Fact]
    public void Samples_without_boot_or_seq_are_taken_each_time()
    {
        var sample = new TelemetrySample { Metrics = Metrics(1) };

        var (next, _) = Fresh.Ingest(Message(sample, sample, sample with { Seq = 4 }), Limits, Rules);

        Assert.Equal(new DeviceTotals(3, 3, 0, 0, 0, 3), next.Totals);
        Assert.Null(next.Window);
    }

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(0, -1, 0)]
    [InlineData(0, 0, 86_400_001)]
    [InlineData(0, 0, -366L * 86_400_000 - 1)]
    public void What_is_out_of_bounds_is_refused_and_counted(long boot, long seq, long clockOff)
    {
        var (next, results) = Fresh.Ingest(Message(new TelemetrySample { Boot = boot, Seq = seq, Ts = Now + clockOff, Metrics = Metrics(1) }), Limits, Rules);

        Assert.Equal((SampleOutcome.Invalid, RejectionReasons.OutOfBounds), (results[0].Outcome, results[0].Reason));
        Assert.Equal(new DeviceTotals(1, 0, 0, 0, 1, 0), next.Totals);
        Assert.Equal(Presence.Unknown, next.Presence);
    }

    [Fact]
    public void No_more_metrics_than_the_bounds_say()
    {
        var many = Enumerable.Range(0, 65).ToDictionary(i => $"m{i}", i => (double)i);
        var (state, results) = Fresh.Ingest(
            Message(
                new TelemetrySample { Metrics = many },
                new TelemetrySample { Metrics = new Dictionary<string, double>() },
                new TelemetrySample { Metrics = new Dictionary<string, double> { [new string('x', 65)] = 1 } },
                new TelemetrySample { Metrics = Names(0, 64) },
                new TelemetrySample { Metrics = Names(64, 64) },
                new TelemetrySample { Metrics = Names(128, 1) }),
            Limits, Rules);

        Assert.Equal(
            [SampleOutcome.Invalid, SampleOutcome.Invalid, SampleOutcome.Invalid, SampleOutcome.Applied, SampleOutcome.Applied, SampleOutcome.Invalid],
            results.Select(result => result.Outcome));
        Assert.Equal(128, state.Metrics.Count);
    }

    [Fact]
    public void Telemetry_brings_a_device_online_once_and_says_so_in_the_outbox()
    {
        var (first, _) = Fresh.Ingest(Message(Sample(1, 0, 1)), Limits, Rules);
        var (second, _) = first.Ingest(Message(Sample(1, 1, 1)), Limits, Rules);

        Assert.Equal((Presence.Online, 1L), (second.Presence, second.Connects));
        var change = Assert.Single(second.Outbox).Presence!;
        Assert.Equal((Presence.Online, PresenceTransitions.ByTelemetry, 1L), (change.Presence, change.Reason, change.View.Revision));
    }

    [Fact]
    public void The_last_will_of_an_older_start_changes_nothing()
    {
        var (online, _) = Fresh.ReportStatus(Status(true, boot: 7), Rules);

        var (stale, changed) = online.ReportStatus(Status(false, boot: 6), Rules);
        var (offline, changedNow) = online.ReportStatus(Status(false, boot: 7), Rules);

        Assert.Equal((Presence.Online, false), (stale.Presence, changed));
        Assert.Equal((Presence.Offline, true), (offline.Presence, changedNow));
        Assert.Equal(online.Revision + 1, stale.Revision);
    }

    [Fact]
    public void A_status_of_a_new_start_does_not_refuse_what_the_old_one_still_has_under_way()
    {
        var (state, _) = Fresh.Ingest(Message(Sample(1, 0, 1)), Limits, Rules);
        var (known, _) = state.ReportStatus(Status(true, boot: 2), Rules);

        var (_, results) = known.Ingest(Message(Sample(1, 1, 1)), Limits, Rules);

        Assert.Equal(SampleOutcome.Applied, results[0].Outcome);
    }

    [Fact]
    public void The_outbox_is_bounded_and_keeps_the_newest()
    {
        var state = Fresh;
        for (var i = 0; i < 100; i++)
        {
            state = state.ReportStatus(Status(i % 2 == 0, boot: 1), Rules).Next;
        }

        Assert.Equal(Outbox.ItemsMax, state.Outbox.Count);
        Assert.Equal(state.Revision, state.Outbox[^1].Presence!.View.Revision);
    }

    [Fact]
    public void Totals_add_up_and_each_sample_is_applied_once_for_any_messages()
    {
        var sample = Gen.Select(Gen.Long[0, 2], Gen.Long[0, 2_500], Gen.Int[0, 20]);
        sample.List[1, 20].List[1, 30].Sample(
            messages =>
            {
                var state = Fresh;
                var applied = new HashSet<(long, long)>();
                var sent = 0;
                foreach (var message in messages)
                {
                    var samples = message.Select(item => item.Item3 == 0 ? Sample(-1, 0, 1) : Sample(item.Item1, item.Item2, 1)).ToArray();
                    var (next, results) = state.Ingest(Message(samples), Limits, Rules);
                    sent += samples.Length;
                    for (var i = 0; i < samples.Length; i++)
                    {
                        if (results[i].Outcome == SampleOutcome.Applied)
                        {
                            Assert.True(applied.Add((samples[i].Boot!.Value, samples[i].Seq!.Value)));
                        }
                    }

                    var totals = next.Totals;
                    Assert.Equal(totals.Received, totals.Applied + totals.Duplicates + totals.TooLate + totals.Invalid);
                    Assert.Equal((sent, applied.Count), (totals.Received, totals.Applied));
                    Assert.Equal(state.Revision + 1, next.Revision);
                    state = next;
                }
            },
            iter: 1_000);
    }

    private static IngestRequest Message(params TelemetrySample[] samples) => new() { Samples = samples, ReceivedAt = Now };

    private static TelemetrySample Sample(long boot, long seq, double value) => new() { Boot = boot, Seq = seq, Metrics = Metrics(value) };

    private static Dictionary<string, double> Metrics(double value) => new() { ["t"] = value };

    private static Dictionary<string, double> Names(int from, int count) => Enumerable.Range(from, count).ToDictionary(i => $"n{i}", i => (double)i);

    private static StatusReport Status(bool online, long boot) => new() { Online = online, Boot = boot, ReceivedAt = Now };
}
