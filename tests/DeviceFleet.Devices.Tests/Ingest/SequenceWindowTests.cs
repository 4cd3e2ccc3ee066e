using System.Text.Json;
using CsCheck;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.Devices.Actors;

namespace DeviceFleet.Devices.Tests.Ingest;

public sealed class SequenceWindowTests
{
    [Fact]
    public void It_judges_as_a_set_of_all_that_was_seen_does()
    {
        // Steps mostly forward, some far, some back: within the window, at its edge, and beyond it; now and then another boot.
        var step = Gen.Frequency(
            (8, Gen.Long[0, 3]), (3, Gen.Long[-20, 20]), (2, Gen.Long[-1_100, -900]), (2, Gen.Long[900, 1_100]), (1, Gen.Long[-3_000, 3_000]));
        var boot = Gen.Frequency((20, Gen.Long[0, 0]), (1, Gen.Long[-1, 1]));
        Gen.Select(step, boot).List[1, 300].Sample(
            steps =>
            {
                SequenceWindow? window = null;
                var reference = new ReferenceWindow();
                long seq = 5;
                long current = 3;
                foreach (var (delta, bootDelta) in steps)
                {
                    current = Math.Max(0, current + bootDelta);
                    seq = Math.Max(0, seq + delta);
                    var expected = reference.Accept(current, seq);
                    SequenceVerdict actual;
                    (actual, window) = window?.Accept(current, seq) ?? (SequenceVerdict.Newest, SequenceWindow.StartingAt(current, seq));
                    Assert.Equal(expected, actual);
                }
            },
            iter: 2_000);
    }

    [Fact]
    public void It_judges_alike_after_it_was_stored_and_read()
    {
        Gen.Long[0, 3_000].List[1, 100].Sample(
            seqs =>
            {
                var window = SequenceWindow.StartingAt(1, seqs[0]);
                foreach (var seq in seqs)
                {
                    window = window.Accept(1, seq).Next;
                    var state = DeviceState.New(Contracts.Devices.DeviceId.Parse("a")) with { Window = window };
                    var json = JsonSerializer.Serialize(state, DeviceStateJson.Default.DeviceState);
                    Assert.Equal(window, JsonSerializer.Deserialize(json, DeviceStateJson.Default.DeviceState)!.Window);
                }
            },
            iter: 300);
    }

    [Fact]
    public void A_device_without_losses_keeps_no_bitmap()
    {
        var window = SequenceWindow.StartingAt(0, 0);
        for (var seq = 1; seq < 3_000; seq++)
        {
            window = window.Accept(0, seq).Next;
        }

        Assert.Null(window.Missing);
        Assert.Equal(SequenceVerdict.Seen, window.Accept(0, 2_999 - 1_024).Verdict);
        Assert.Equal(SequenceVerdict.TooLate, window.Accept(0, 2_999 - 1_025).Verdict);
    }

    [Fact]
    public void A_window_that_starts_in_the_middle_takes_what_comes_late()
    {
        var window = SequenceWindow.StartingAt(0, 2_000);

        Assert.Equal(SequenceVerdict.Late, window.Accept(0, 976).Verdict);
        Assert.Equal(SequenceVerdict.TooLate, window.Accept(0, 975).Verdict);
    }

    [Fact]
    public void The_largest_number_is_no_trap()
    {
        var (verdict, window) = SequenceWindow.StartingAt(0, 1).Accept(0, long.MaxValue);

        Assert.Equal(SequenceVerdict.Newest, verdict);
        Assert.Equal(SequenceVerdict.Late, window.Accept(0, long.MaxValue - 1).Verdict);
        Assert.Equal(SequenceVerdict.Seen, window.Accept(0, long.MaxValue).Verdict);
    }

    /// <summary>What the window stands for, with nothing saved.</summary>
    private sealed class ReferenceWindow
    {
        private readonly HashSet<long> _seen = [];
        private long _boot = -1;
        private long _highest;

        public SequenceVerdict Accept(long boot, long seq)
        {
            if (boot < _boot)
            {
                return SequenceVerdict.OldBoot;
            }

            if (boot > _boot)
            {
                _seen.Clear();
                (_boot, _highest) = (boot, seq);
                _seen.Add(seq);
                return SequenceVerdict.Newest;
            }

            if (seq < _highest - 1_024)
            {
                return SequenceVerdict.TooLate;
            }

            if (!_seen.Add(seq))
            {
                return SequenceVerdict.Seen;
            }

            if (seq < _highest)
            {
                return SequenceVerdict.Late;
            }

            _highest = seq;
            return SequenceVerdict.Newest;
        }
    }
}
