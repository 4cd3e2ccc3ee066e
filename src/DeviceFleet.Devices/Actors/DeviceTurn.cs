using Dapr.Actors.Runtime;

namespace DeviceFleet.Devices.Actors;

/// <summary>A message to the device that leaves once the turn is stored.</summary>
/// <param name="Topic">Concrete topic that goes down to it.</param>
/// <param name="Payload">Payload.</param>
/// <param name="Retain">Whether the broker keeps it for who subscribes later.</param>
/// <param name="Sent">What follows from its having been handed to the broker; null: nothing.</param>
internal sealed record DownwardMessage(string Topic, ReadOnlyMemory<byte> Payload, bool Retain, Action? Sent = null);

/// <summary>
/// What one turn works on: the device's state, the parts that it asks for, and what is to leave when all of it is stored. Parts are read when first asked for, and only
/// what was put is written. Lives for one turn, on one thread at a time.
/// </summary>
/// <param name="states">Where state is read and written.</param>
/// <param name="stored">The state as it is stored.</param>
/// <param name="start">The state that the turn starts from: what is stored, without events that were published since.</param>
/// <param name="now">When the turn begins, Unix milliseconds UTC.</param>
internal sealed class DeviceTurn(IActorStateManager states, DeviceState stored, DeviceState start, long now)
{
    public const string DeviceKey = "device";
    public const string TwinKey = "twin";
    public const string CommandsKey = "commands";
    public const string AlarmsKey = "alarms";

    private readonly List<Func<Task>> _puts = [];
    private readonly Dictionary<string, object> _parts = [];
    private bool _touched;
    private readonly DeviceState _start = start;
    private DeviceState _stored = start;

    /// <summary>The state as it will be stored.</summary>
    public DeviceState Device { get; set; } = start;

    /// <summary>When the turn began, Unix milliseconds UTC.</summary>
    public long Now { get; } = now;

    /// <summary>What goes down to the device, in order.</summary>
    public List<DownwardMessage> Downward { get; } = [];

    /// <summary>Whether the device was not connected before this turn, and is now.</summary>
    public bool CameOnline => !_start.IsConnected && Device.IsConnected;

    /// <summary>Whether the alarm rules were brought in line with the device in this turn.</summary>
    public bool AreRulesFollowed { get; set; }

    /// <summary>Whether something has to leave after the turn is stored.</summary>
    public bool HasEffects => Downward.Count > 0 || !ReferenceEquals(Device.Outbox, _start.Outbox);

    /// <summary>Counts the turn as a change, once. Call it before anything that makes a view.</summary>
    public void Touch()
    {
        if (!_touched)
        {
            _touched = true;
            Device = Device with { Revision = _start.Revision + 1 };
        }
    }

    /// <summary>Tells somebody, once the turn is stored.</summary>
    public void Tell(OutboxItem item) => Device = Device with { Outbox = Device.Outbox.With(item) };

    /// <summary>A part as it is in this turn.</summary>
    public async ValueTask<TPart> PartAsync<TPart>(string key, TPart fresh)
        where TPart : class
    {
        if (_parts.TryGetValue(key, out var known))
        {
            return (TPart)known;
        }

        var stored = await states.TryGetStateAsync<TPart>(key);
        var part = stored.HasValue ? stored.Value : fresh;
        _parts[key] = part;
        return part;
    }

    /// <summary>A part that this turn has asked for before.</summary>
    public TPart Known<TPart>(string key)
        where TPart : class => (TPart)_parts[key];

    /// <summary>Replaces a part.</summary>
    public void Put<TPart>(string key, TPart part)
        where TPart : class
    {
        _parts[key] = part;
        _puts.Add(() => states.SetStateAsync(key, part));
    }

    /// <summary>Removes all parts.</summary>
    public void Wipe()
    {
        foreach (var key in (string[])[TwinKey, CommandsKey, AlarmsKey])
        {
            _parts.Remove(key);
            _puts.Add(() => states.TryRemoveStateAsync(key));
        }
    }

    /// <summary>Lets the next <see cref="StoreAsync"/> take out what was published before this turn, even when nothing else changed.</summary>
    public void TakeOutPublished()
    {
        if (ReferenceEquals(_stored, _start))
        {
            _stored = stored;
        }
    }

    /// <summary>Hands what changed to the state manager, which writes it as one transaction.</summary>
    public async Task StoreAsync()
    {
        foreach (var put in _puts)
        {
            await put();
        }

        _puts.Clear();
        if (!ReferenceEquals(Device, _stored))
        {
            await states.SetStateAsync(DeviceKey, Device);
            _stored = Device;
        }
    }
}
