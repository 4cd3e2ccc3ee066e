using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Peer.Orleans;

public interface IDeviceGrain : IGrainWithStringKey
{
    /// <summary>Takes the payload of one MQTT message; true once its effect is on disk.</summary>
    ValueTask<bool> Ingest(byte[] payload);
}

/// <summary>What a device's grain keeps: as much as our actor does for telemetry.</summary>
[GenerateSerializer]
public sealed class DeviceGrainState
{
    [Id(0)]
    public long Boot { get; set; }

    [Id(1)]
    public long Highest { get; set; } = -1;

    /// <summary>Which of the 1,024 numbers up to the highest were seen.</summary>
    [Id(2)]
    public ulong[] Seen { get; set; } = new ulong[16];

    [Id(3)]
    public long Applied { get; set; }

    [Id(4)]
    public long Duplicates { get; set; }

    [Id(5)]
    public Dictionary<string, double> Metrics { get; set; } = [];

    [Id(6)]
    public long LastSeen { get; set; }
}

/// <summary>One device: parse, dedupe, keep the last values, write the state. One grain state a message and nothing else.</summary>
public sealed class DeviceGrain([PersistentState("device", "store")] IPersistentState<DeviceGrainState> state, TimeProvider time) : Grain, IDeviceGrain
{
    private const int WindowBits = 1024;

    public async ValueTask<bool> Ingest(byte[] payload)
    {
        var sample = JsonSerializer.Deserialize(payload, ContractsJson.Default.TelemetrySample);
        if (sample is null)
        {
            return false;
        }

        Apply(state.State, sample);
        state.State.LastSeen = time.GetUtcNow().ToUnixTimeMilliseconds();
        await state.WriteStateAsync();
        return true;
    }

    private static void Apply(DeviceGrainState device, TelemetrySample sample)
    {
        var (boot, seq) = (sample.Boot ?? 0, sample.Seq ?? 0);
        if (boot > device.Boot)
        {
            (device.Boot, device.Highest, device.Seen) = (boot, -1, new ulong[WindowBits / 64]);
        }

        ref var word = ref device.Seen[seq % WindowBits / 64];
        var bit = 1UL << (int)(seq % 64);
        if (seq <= device.Highest && (word & bit) != 0)
        {
            device.Duplicates++;
            return;
        }

        for (var gone = Math.Max(device.Highest + 1, seq - WindowBits + 1); gone < seq; gone++)
        {
            device.Seen[gone % WindowBits / 64] &= ~(1UL << (int)(gone % 64));
        }

        word |= bit;
        device.Highest = Math.Max(device.Highest, seq);
        device.Applied++;
        foreach (var (name, value) in sample.Metrics)
        {
            device.Metrics[name] = value;
        }
    }
}
