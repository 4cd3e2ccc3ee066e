using System.Text;
using System.Threading.Channels;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Tests.Conformance;

/// <summary>A handler that a test reads from: every call appears, and is answered when and how the test says.</summary>
internal sealed class Recipient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<Call> _calls = Channel.CreateBounded<Call>(10_000);
    private int _running;

    /// <summary>Most calls at one time so far.</summary>
    public int RunningMax { get; private set; }

    /// <summary>Handles by itself; null: the test answers each call.</summary>
    public Func<PubSubDelivery, DeliveryVerdict>? Answer { get; init; }

    public async ValueTask<IReadOnlyList<DeliveryVerdict>> HandleAsync(IReadOnlyList<PubSubDelivery> deliveries, CancellationToken cancellationToken)
    {
        RunningMax = Math.Max(RunningMax, Interlocked.Increment(ref _running));
        var call = new Call(deliveries);
        if (Answer is { } answer)
        {
            call.Reply([.. deliveries.Select(answer)]);
        }

        Assert.True(_calls.Writer.TryWrite(call));
        var verdicts = await call.Verdicts;
        Interlocked.Decrement(ref _running);
        return verdicts;
    }

    /// <summary>The next call.</summary>
    public async Task<Call> NextAsync(string phase)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return await _calls.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{phase}: no delivery within {Patience}");
        }
    }

    /// <summary>The texts of so many deliveries, in the order they came; each call is settled.</summary>
    public async Task<List<string>> TakeAsync(int count, string phase)
    {
        List<string> texts = [];
        while (texts.Count < count)
        {
            var call = await NextAsync($"{phase}, {texts.Count} of {count} so far ({string.Join(',', texts.TakeLast(5))})");
            texts.AddRange(call.Deliveries.Select(Text));
            call.Reply([.. call.Deliveries.Select(_ => DeliveryVerdict.Settled)]);
        }

        return texts;
    }

    /// <summary>No call has come.</summary>
    public bool IsIdle => !_calls.Reader.TryPeek(out _);

    public static string Text(PubSubDelivery delivery) => Encoding.UTF8.GetString(delivery.Message.Data.Span);

    internal sealed class Call(IReadOnlyList<PubSubDelivery> deliveries)
    {
        private readonly TaskCompletionSource<IReadOnlyList<DeliveryVerdict>> _verdicts = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<PubSubDelivery> Deliveries => deliveries;

        public PubSubDelivery Only => Assert.Single(deliveries);

        public Task<IReadOnlyList<DeliveryVerdict>> Verdicts => _verdicts.Task;

        public void Settle() => Reply([.. deliveries.Select(_ => DeliveryVerdict.Settled)]);

        public void Fail() => Reply([.. deliveries.Select(_ => DeliveryVerdict.Failed)]);

        public void Throw() => _verdicts.TrySetException(new InvalidOperationException("handler fails on purpose"));

        public void Reply(params DeliveryVerdict[] verdicts) => _verdicts.TrySetResult(verdicts);
    }
}
