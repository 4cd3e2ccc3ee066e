using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Components.Tests.Conformance;

/// <summary>A fake clock that tells when a timer was armed again, so that a test moves the clock only once something waits for it.</summary>
public sealed class ArmedTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    // The shorter timers are those of writes that wait for company.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);

    private readonly Channel<TimeSpan> _armed = Channel.CreateBounded<TimeSpan>(10_000);

    /// <summary>Completes when timers have been armed so many times since the last call.</summary>
    public async Task ArmedAsync(int times = 1)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (var i = 0; i < times; i++)
        {
            await _armed.Reader.ReadAsync(patience.Token);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Reporting(base.CreateTimer(callback, state, dueTime, period), _armed.Writer);

    private sealed class Reporting(ITimer timer, ChannelWriter<TimeSpan> armed) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = timer.Change(dueTime, period);
            if (dueTime >= Shortest)
            {
                armed.TryWrite(dueTime);
            }

            return changed;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
