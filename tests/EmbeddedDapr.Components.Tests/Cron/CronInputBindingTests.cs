using System.Threading.Channels;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components.Tests.Conformance;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Components.Tests.Cron;

public sealed class CronInputBindingTests
{
    private readonly DelayedTime _time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public async Task A_tick_is_empty_and_does_not_wait_for_the_one_before()
    {
        var ticks = Channel.CreateBounded<BindingEvent>(10);
        var handling = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var binding = await OpenAsync("@every 1s");
        await binding.StartAsync(
            async (tick, _) =>
            {
                ticks.Writer.TryWrite(tick);
                return await handling.Task;
            },
            CancellationToken.None);

        for (var tick = 0; tick < 3; tick++)
        {
            await _time.WaitsAsync();
            _time.Advance(TimeSpan.FromSeconds(1));
            var came = await ticks.Reader.ReadAsync(TestContext.Current.CancellationToken);
            Assert.True(came.Data.IsEmpty);
            Assert.Equal(["readTimeUTC", "timeZone"], came.Metadata!.Keys.Order(StringComparer.Ordinal));
        }

        handling.SetResult(true);
    }

    [Fact]
    public async Task Too_many_ticks_at_the_app_are_left_out_and_missed_ones_are_not_made_up_for()
    {
        var count = 0;
        var handling = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var binding = await OpenAsync("@every 1s");
        await binding.StartAsync(
            async (_, _) =>
            {
                Interlocked.Increment(ref count);
                return await handling.Task;
            },
            CancellationToken.None);

        for (var tick = 0; tick < 70; tick++)
        {
            await _time.WaitsAsync();
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await _time.WaitsAsync();
        Assert.Equal(64, count);
        handling.SetResult(true);
    }

    [Fact]
    public async Task A_schedule_that_is_none_ends_the_start() =>
        await Assert.ThrowsAsync<ComponentException>(async () => await OpenAsync("@once"));

    private ValueTask<IInputBinding> OpenAsync(string schedule) => BuiltInComponents.Catalog().InputBindings["bindings.cron"](
        TestComponents.Spec("bindings.cron", ("schedule", schedule)), TestComponents.Context(_time, "/"), CancellationToken.None);

    /// <summary>Tells when something began to wait.</summary>
    private sealed class DelayedTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private readonly Channel<bool> _delays = Channel.CreateBounded<bool>(1000);

        public ValueTask<bool> WaitsAsync() => _delays.Reader.ReadAsync(TestContext.Current.CancellationToken);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _delays.Writer.TryWrite(true);
            return timer;
        }
    }
}
