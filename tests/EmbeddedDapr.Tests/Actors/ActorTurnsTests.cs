using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Tests.Actors;

public sealed class ActorTurnsTests
{
    private const int MailboxMax = 3;
    private const int DepthMax = 2;
    private readonly ActorTurns _turns = new("a");

    [Fact]
    public async Task Turns_are_given_in_the_order_of_asking()
    {
        Assert.Equal(TurnOutcome.Entered, await Enter());
        var second = Enter().AsTask();
        var third = Enter().AsTask();

        _turns.Leave(1);
        Assert.Equal(TurnOutcome.Entered, await second);
        Assert.False(third.IsCompleted);
        _turns.Leave(2);
        Assert.Equal(TurnOutcome.Entered, await third);
        Assert.Equal(2, _turns.LastTurnEnd);
    }

    [Fact]
    public async Task A_waiter_that_gives_up_removes_itself_and_nobody_else()
    {
        await Enter();
        using var cancel = new CancellationTokenSource();
        var first = Enter().AsTask();
        var second = _turns.EnterAsync(null, MailboxMax, DepthMax, cancel.Token).AsTask();
        var third = Enter().AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(first.IsCompleted);
        Assert.Equal(2, _turns.Waiting);
        _turns.Leave(1);
        await first;
        Assert.False(third.IsCompleted);
        _turns.Leave(2);
        await third;
    }

    [Fact]
    public async Task The_mailbox_has_an_end()
    {
        await Enter();
        var waiting = Enumerable.Range(0, MailboxMax).Select(_ => Enter().AsTask()).ToArray();

        Assert.Equal(TurnOutcome.MailboxFull, await Enter());
        _turns.Leave(1);
        await waiting[0];
        Assert.False(Enter().AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_chain_joins_its_turn_to_its_depth_and_the_actor_stays_usable()
    {
        Assert.Equal(TurnOutcome.Entered, await Enter("x"));
        Assert.Equal(TurnOutcome.Entered, await Enter("x"));
        Assert.Equal(TurnOutcome.TooDeep, await Enter("x"));
        var other = Enter("y").AsTask();

        _turns.Leave(1);
        Assert.False(other.IsCompleted);
        _turns.Leave(2);
        Assert.Equal(TurnOutcome.Entered, await other);
        _turns.Leave(3);
        Assert.Equal(TurnOutcome.Entered, await Enter("x"));
    }

    [Fact]
    public async Task Calls_of_one_chain_that_wait_start_together()
    {
        await Enter();
        var first = Enter("x").AsTask();
        var between = Enter("y").AsTask();
        var second = Enter("x").AsTask();

        _turns.Leave(1);

        await Task.WhenAll(first, second);
        Assert.False(between.IsCompleted);
        _turns.Leave(2);
        _turns.Leave(3);
        await between;
    }

    [Fact]
    public async Task Calls_that_come_during_deactivation_wake_the_actor_again()
    {
        Assert.True(_turns.TryBeginDeactivation());
        var call = Enter().AsTask();
        Assert.False(call.IsCompleted);

        Assert.False(_turns.EndDeactivation(1));

        Assert.Equal(TurnOutcome.Entered, await call);
        Assert.False(_turns.TryBeginDeactivation());
        _turns.Leave(2);
        Assert.True(_turns.TryBeginDeactivation());
        Assert.True(_turns.EndDeactivation(3));
        Assert.Equal(TurnOutcome.Dead, await Enter());
        Assert.False(_turns.IsActive);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20260101)]
    public async Task Whatever_the_interleaving_one_chain_runs_at_a_time_and_nobody_is_forgotten(int seed)
    {
        // One step at a time, so a failure can be replayed from its seed; the waiters' continuations are what runs beside it.
        var random = new Random(seed);
        var turns = new ActorTurns("a");
        var running = new List<(int Call, string? Chain)>();
        var waiting = new List<(int Call, string? Chain, Task<TurnOutcome> Entering, CancellationTokenSource Cancel)>();
        for (var step = 0; step < 2_000; step++)
        {
            switch (random.Next(4))
            {
                case 0 or 1:
                    var chain = random.Next(3) == 0 ? $"chain {random.Next(3)}" : null;
                    var cancel = new CancellationTokenSource();
                    waiting.Add((step, chain, turns.EnterAsync(chain, 50, 50, cancel.Token).AsTask(), cancel));
                    break;
                case 2 when running.Count > 0:
                    running.RemoveAt(random.Next(running.Count));
                    turns.Leave(step);
                    break;
                case 3 when waiting.Count > 0:
                    await waiting[random.Next(waiting.Count)].Cancel.CancelAsync();
                    break;
                default:
                    break;
            }

            // A turn that was granted completes its task from the thread pool: who is due is known from the count.
            var cancelled = waiting.Count(call => call.Cancel.IsCancellationRequested);
            Assert.True(turns.Waiting <= waiting.Count, $"seed {seed}, step {step}");
            while (waiting.Count - turns.Waiting > 0)
            {
                var done = await Task.WhenAny(waiting.Select(call => call.Entering)).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
                var call = waiting.Single(call => call.Entering == done);
                waiting.Remove(call);
                if (!done.IsCanceled && await done == TurnOutcome.Entered)
                {
                    running.Add((call.Call, call.Chain));
                }
            }

            var chains = running.Select(call => call.Chain).Distinct().ToArray();
            Assert.True(running.Count <= 1 || chains is [not null], $"seed {seed}, step {step}: {string.Join(", ", running)} run at one time");
            Assert.True(running.Count > 0 || waiting.Count == 0, $"seed {seed}, step {step}: {waiting.Count} wait for nobody, {cancelled} were cancelled");
        }
    }

    private ValueTask<TurnOutcome> Enter(string? chain = null) => _turns.EnterAsync(chain, MailboxMax, DepthMax, CancellationToken.None);
}
