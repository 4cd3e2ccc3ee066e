using System.Text.Json;
using System.Threading.Channels;
using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Rollouts;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;
using EmbeddedDapr.PubSub;

namespace DeviceFleet.Provisioning.Tests.Rollouts.Runtime;

/// <summary>
/// What is outside: devices that take the orders in their desired twins, and topics on which rollouts tell of themselves. Devices answer through their actors. It outlives the process.
/// </summary>
internal sealed class TestWorld
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Channel<(DeviceId Device, FirmwareOrder Order)> _orders = Channel.CreateUnbounded<(DeviceId, FirmwareOrder)>();
    private readonly Dictionary<DeviceId, string> _versions = [];
    private readonly Dictionary<DeviceId, FirmwareOrder> _taken = [];
    private readonly List<(Func<RolloutView, bool> Wanted, TaskCompletionSource<RolloutView> Came)> _waits = [];
    private readonly List<(DeviceId Device, FirmwareOrder Order)> _held = [];
    private RolloutView? _newest;
    private IActorProxyFactory? _proxies;
    private bool _isPlaying;

    /// <summary>Devices that fail whatever they are told to install, unless they run it.</summary>
    public HashSet<DeviceId> Broken { get; } = [];

    /// <summary>Whether devices keep their orders to themselves until <see cref="Release"/>.</summary>
    public bool IsHolding { get; set; }

    /// <summary>Orders that devices got, the same again not counted.</summary>
    public int Orders
    {
        get
        {
            lock (_gate)
            {
                return field;
            }
        }

        private set;
    }

    public string? VersionOf(DeviceId device)
    {
        lock (_gate)
        {
            return _versions.GetValueOrDefault(device);
        }
    }

    public ComponentCatalog AddTo(ComponentCatalog catalog)
    {
        catalog.PubSubs["pubsub.sqlite"] = (_, _, _) => ValueTask.FromResult<IPubSubComponent>(new Topics(this));
        catalog.InputBindings["bindings.mqtt3"] = (_, _, _) => ValueTask.FromResult<IInputBinding>(new Input());
        catalog.OutputBindings["bindings.mqtt3"] = (_, _, _) => ValueTask.FromResult<IOutputBinding>(new Output(this));
        return catalog;
    }

    /// <summary>Devices answer through these from now on.</summary>
    public void Play(IActorProxyFactory proxies)
    {
        _proxies = proxies;
        if (!_isPlaying)
        {
            _isPlaying = true;
            _ = PlayAsync();
        }
    }

    /// <summary>Makes a device that is online and runs a version.</summary>
    public async Task MakeAsync(DeviceId device, string version)
    {
        lock (_gate)
        {
            _versions[device] = version;
        }

        var proxy = Proxy(device);
        await proxy.InvokeMethodAsync<DeviceCreate, ChangeReply<DeviceRegistration>>(DeviceActorMethods.Create, new DeviceCreate { By = "test", At = Now() });
        await proxy.InvokeMethodAsync<StatusReport, StatusReply>(DeviceActorMethods.ReportStatus, new StatusReport { Online = true, ReceivedAt = Now() });
        await ReportAsync(device, new FirmwareReport { Version = version, State = "idle" });
    }

    /// <summary>The first view from now on, or the newest, that is as wanted.</summary>
    public async Task<RolloutView> WaitAsync(string what, Func<RolloutView, bool> wanted)
    {
        var came = new TaskCompletionSource<RolloutView>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_newest is { } newest && wanted(newest))
            {
                return newest;
            }

            _waits.Add((wanted, came));
        }

        try
        {
            return await came.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"It did not come to this: {what}. The newest: {JsonSerializer.Serialize(_newest, ContractsJson.Default.RolloutView)}");
        }
    }

    /// <summary>Devices take the orders that they kept to themselves.</summary>
    public void Release()
    {
        IsHolding = false;
        foreach (var held in _held)
        {
            _orders.Writer.TryWrite(held);
        }

        _held.Clear();
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private ActorProxy Proxy(DeviceId device) => _proxies!.Create(new ActorId(device.Value), DeviceActorMethods.ActorType);

    private async Task PlayAsync()
    {
        await foreach (var (device, order) in _orders.Reader.ReadAllAsync())
        {
            string old;
            lock (_gate)
            {
                old = _versions[device];
            }

            var report = new FirmwareReport { Version = old, State = "installing", Target = order.Version, Rollout = order.Rollout };
            await ReportAsync(device, report);
            var isBroken = Broken.Contains(device) && old != order.Version;
            lock (_gate)
            {
                _versions[device] = isBroken ? old : order.Version;
            }

            await ReportAsync(device, isBroken ? report with { State = "failed", Error = "flash is worn" } : report with { Version = order.Version, State = "installed" });
        }
    }

    private async Task ReportAsync(DeviceId device, FirmwareReport report)
    {
        var patch = new ReportedPatch { Patch = JsonSerializer.SerializeToElement(new Dictionary<string, FirmwareReport> { ["firmware"] = report }, JsonOptions), ReceivedAt = Now() };
        var reply = await Proxy(device).InvokeMethodAsync<ReportedPatch, ChangeReply<TwinView>>(DeviceActorMethods.ReportTwin, patch);
        Assert.NotEqual(ChangeOutcome.Invalid, reply.Outcome);
    }

    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web);

    private void TakeDesired(DeviceId device, DesiredMessage message)
    {
        if (!message.Desired.TryGetProperty("firmware", out var firmware) || firmware.Deserialize(ContractsJson.Default.FirmwareOrder) is not { } order)
        {
            return;
        }

        lock (_gate)
        {
            if (_taken.TryGetValue(device, out var known) && known == order)
            {
                return;
            }

            _taken[device] = order;
            Orders++;
            if (IsHolding)
            {
                _held.Add((device, order));
            }
            else
            {
                _orders.Writer.TryWrite((device, order));
            }
        }
    }

    private void Take(RolloutView view)
    {
        lock (_gate)
        {
            _newest = view;
            foreach (var wait in _waits.Where(wait => wait.Wanted(view)).ToArray())
            {
                wait.Came.TrySetResult(view);
                _waits.Remove(wait);
            }
        }
    }

    private sealed class Topics(TestWorld world) : IPubSubComponent
    {
        public int AttemptsMax => 1;

        public ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
        {
            foreach (var message in messages)
            {
                var envelope = JsonSerializer.Deserialize<JsonElement>(message.Data.Span);
                if (envelope.GetProperty("type").GetString() == EventTypes.RolloutChanged)
                {
                    world.Take(envelope.GetProperty("data").Deserialize(ContractsJson.Default.RolloutEvent)!.Rollout);
                }
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IAsyncDisposable>(new Nothing());

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Input : IInputBinding
    {
        public ValueTask StartAsync(BindingHandler handler, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Output(TestWorld world) : IOutputBinding
    {
        public IReadOnlyList<string> Operations => ["create"];

        public ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken)
        {
            var levels = request.Metadata["topic"].Split('/');
            if (levels is ["fleet", var id, "desired"] && request.Data.Length > 0)
            {
                world.TakeDesired(DeviceId.Parse(id), JsonSerializer.Deserialize(request.Data.Span, ContractsJson.Default.DesiredMessage)!);
            }

            return ValueTask.FromResult(new OutputBindingResponse(null));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
