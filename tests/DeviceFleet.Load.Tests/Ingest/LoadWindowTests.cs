using DeviceFleet.Load.Ingest;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Load.Tests.Ingest;

public sealed class LoadWindowTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Throughput_counts_answers_within_and_latencies_are_of_messages_meant_for_within()
    {
        var window = new LoadWindow(_time);
        var warmup = _time.GetTimestamp();
        window.NoteAcknowledged(0, warmup, After(10));
        window.Open();
        window.NoteAcknowledged(1, warmup, After(10)); // meant for before, answered within
        var within = _time.GetTimestamp();
        window.NoteAcknowledged(2, within, After(30));
        window.NoteUnanswered(within);
        window.NoteNotSent(within);
        window.Close();
        window.NoteAcknowledged(3, within, After(70)); // meant for within, answered after
        window.NoteAcknowledged(4, _time.GetTimestamp(), After(10));

        Assert.Equal(2, window.Acknowledged);
        Assert.Equal((1, 1), (window.Unanswered, window.NotSent));
        Assert.Equal(TimeSpan.FromMilliseconds(40), window.Length);
        Assert.Equal(2, window.Latencies().TotalCount);
        Assert.InRange(window.Latencies().GetValueAtPercentile(100), 99_900, 100_200);
    }

    private long After(int ms)
    {
        _time.Advance(TimeSpan.FromMilliseconds(ms));
        return _time.GetTimestamp();
    }
}
