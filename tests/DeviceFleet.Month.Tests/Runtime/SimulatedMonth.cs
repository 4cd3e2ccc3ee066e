using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Messaging;
using EmbeddedDapr.Bindings;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Month.Tests.Runtime;

/// <summary>
/// Service <c>devices</c> on the real engine, with the resources of <c>components/local</c>, on a clock that goes from one due time to the next. Driven by one thread, which
/// after each step waits until nothing is under way: what happens happens at exactly its time, and always in the same order.
/// </summary>
internal sealed class SimulatedMonth : IDisposable
{
    private readonly Dictionary<string, string?> _settings;
    private readonly SteppedClock _clock;
    private readonly KeptComponents _kept;
    private readonly PriorityQueue<Action, (DateTimeOffset At, int Order)> _script = new();
    private readonly List<string> _faults = [];
    private OneLife? _life;
    private int _order;

    private SimulatedMonth(Dictionary<string, string?> settings)
    {
        _settings = settings;
        _clock = new SteppedClock(Start);
        _kept = new KeptComponents(_clock);
    }

    /// <summary>The first moment: a Monday, midnight UTC.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How many device actors are in memory.</summary>
    public int ActiveDevices => _life!.Engine.Actors.CountActive(_life.Heads.Sidecar).Where(type => type.Key == DeviceActorMethods.ActorType).Sum(type => type.Value);

    /// <summary>Steps of the clock.</summary>
    public int Steps { get; private set; }

    /// <summary>What went to devices.</summary>
    public IReadOnlyCollection<SentMessage> Sent => _kept.Sent;

    /// <summary>Now, Unix milliseconds UTC.</summary>
    public long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Runs a scenario on a thread of its own, which is none of the pool that has to come to rest.</summary>
    /// <param name="settings">Of the service.</param>
    /// <param name="rulesAndTypes">What the configuration store holds.</param>
    /// <param name="scenario">What happens.</param>
    public static Task RunAsync(Dictionary<string, string?> settings, Dictionary<string, string> rulesAndTypes, Action<SimulatedMonth> scenario)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using var month = new SimulatedMonth(settings);
                foreach (var (key, json) in rulesAndTypes)
                {
                    month._kept.Settings[key] = json;
                }

                month.Restart();
                scenario(month);
                Assert.Empty(month._faults);
                done.SetResult();
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        });
        thread.Start();
        return done.Task;
    }

    /// <summary>Has something done at a moment of the month.</summary>
    public void At(TimeSpan offset, Action action) => _script.Enqueue(action, (Start + offset, _order++));

    /// <summary>The device publishes, and gets its PUBACK before the clock goes on.</summary>
    public void Publish(string device, string topic, string payload) => Deliver(
        topic switch { "telemetry" => DaprNames.TelemetryIn, "status" => DaprNames.StatusIn, "reported" => DaprNames.ReportedIn, "twin/get" => DaprNames.TwinGetIn, _ => DaprNames.CommandResultsIn },
        $"fleet/{device}/{topic}",
        payload);

    /// <summary>Calls a device's actor.</summary>
    public TReply Call<TRequest, TReply>(string device, string method, TRequest request) =>
        Finish(Proxy(DeviceActorMethods.ActorType, device).InvokeMethodAsync<TRequest, TReply>(method, request));

    public DeviceView View(string device) => Finish(Proxy(DeviceActorMethods.ActorType, device).InvokeMethodAsync<DeviceView>(DeviceActorMethods.GetView));

    public GroupView Group(string path) => Finish(Proxy(GroupActorMethods.ActorType, GroupPath.Parse(path).ActorId).InvokeMethodAsync<GroupView>(GroupActorMethods.GetGroup));

    /// <summary>Lets time pass until then; what the script says happens on the way.</summary>
    public void RunTo(TimeSpan offset)
    {
        var target = Start + offset;
        while (true)
        {
            Settle();
            var next = Earlier(_clock.NextDue, _script.TryPeek(out _, out var first) ? first.At : null);
            if (next is not { } moment || moment > target)
            {
                break;
            }

            Steps++;
            _clock.MoveTo(moment);
            Settle();
            while (_script.TryPeek(out var action, out var due) && due.At <= moment)
            {
                _script.Dequeue();
                action();
                Settle();
            }
        }

        _clock.MoveTo(target);
        Settle();
    }

    /// <summary>The process stops and starts again: what it had not stored is gone.</summary>
    public void Restart()
    {
        _life?.Dispose();
        _life = OneLife.Start(_kept, _clock, _settings);
        Settle();
    }

    /// <summary>The process dies, with all that it only has in memory, and starts again.</summary>
    public void Crash()
    {
        _kept.IsFrozen = true;
        _life?.Dispose();
        _kept.IsFrozen = false;
        _life = null;
        Restart();
    }

    /// <summary>What was published with a type, in order, and when. What was told again, word for word, is dropped, as every consumer has to.</summary>
    public List<(TimeSpan At, TEvent Event)> Events<TEvent>(string type, JsonTypeInfo<TEvent> json) =>
        [.. _kept.Published.Where(published => published.Type == type).DistinctBy(published => published.Data.GetRawText()).Select(published => (published.At - Start, published.Data.Deserialize(json)!))];

    /// <summary>Changes of one device's presence: when, to what, and why.</summary>
    public List<(TimeSpan At, Presence Presence, string? Reason)> PresenceOf(string device) =>
        [.. Events(EventTypes.PresenceChanged, ContractsJson.Default.PresenceEvent)
            .Where(change => change.Event.DeviceId.Value == device)
            .Select(change => (change.At, change.Event.Presence, change.Event.Reason))];

    public void Dispose() => _life?.Dispose();

    private static DateTimeOffset? Earlier(DateTimeOffset? left, DateTimeOffset? right) => left is null || right < left ? right : left;

    private void Deliver(string binding, string topic, string payload)
    {
        var metadata = new Dictionary<string, string> { ["topic"] = topic };
        var taken = _kept.Inputs[binding](new BindingEvent(Encoding.UTF8.GetBytes(payload), metadata), CancellationToken.None);
        Settle();
        if (!taken.IsCompletedSuccessfully || !taken.Result)
        {
            _faults.Add($"{_clock.GetUtcNow():O} {topic}: {payload} was not taken");
        }
    }

    private TReply Finish<TReply>(Task<TReply> call)
    {
        Settle();
        Assert.True(call.IsCompleted, "The runtime is idle, and the call has not ended.");
        return call.GetAwaiter().GetResult();
    }

    private ActorProxy Proxy(string type, string id) => _life!.App.Services.GetRequiredService<IActorProxyFactory>().Create(new ActorId(id), type);

    private void Settle() => Idleness.Wait(() => _life?.Calls.UnderWay ?? 0);
}
