using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>One device of a rollout as it is stored, in short names, as there are up to 10,000 of them.</summary>
internal sealed record RolloutEntry
{
    [JsonPropertyName("i")]
    public required DeviceId Id { get; init; }

    [JsonPropertyName("s")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RolloutDeviceState State { get; init; }

    /// <summary>Since when it is in that state, Unix milliseconds UTC.</summary>
    [JsonPropertyName("t")]
    public long Since { get; init; }

    /// <summary>What it ran before it was told to update; null: it did not say.</summary>
    [JsonPropertyName("b")]
    public string? Before { get; init; }

    /// <summary>Why it failed.</summary>
    [JsonPropertyName("e")]
    public string? Error { get; init; }

    /// <summary>When its turn came, to be updated or to be put back: its time runs from here. Null: it never came.</summary>
    [JsonPropertyName("g")]
    public long? BegunAt { get; init; }

    /// <summary>When it was known that its desired twin holds the order that its state asks for; null: that is yet to be written.</summary>
    [JsonPropertyName("o")]
    public long? ToldAt { get; init; }

    /// <summary>Its boot when its turn came.</summary>
    [JsonPropertyName("n")]
    public long? Boot { get; init; }

    /// <summary>Version of its reported twin when it first said that it had installed what it does not run; null: it did not.</summary>
    [JsonPropertyName("c")]
    public long? ClaimedWith { get; init; }

    /// <summary>When that was, Unix milliseconds UTC.</summary>
    [JsonPropertyName("k")]
    public long? ClaimedAt { get; init; }

    /// <summary>It had a critical alarm already before.</summary>
    [JsonPropertyName("a")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WasCritical { get; init; }

    /// <summary>Since when it is not there, or cannot be asked; Unix milliseconds UTC.</summary>
    [JsonPropertyName("w")]
    public long? AwaySince { get; init; }

    /// <summary>The order that it did not carry out was taken back.</summary>
    [JsonPropertyName("x")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsWithdrawn { get; init; }

    /// <summary>It is being updated.</summary>
    [JsonIgnore]
    public bool IsUpdating => State is RolloutDeviceState.Offered or RolloutDeviceState.Updating;

    /// <summary>It is being updated or put back.</summary>
    [JsonIgnore]
    public bool IsUnderWay => IsUpdating || State == RolloutDeviceState.RollingBack;

    /// <summary>It did not carry out its order, which must not wait for it any longer once the rollout has stopped.</summary>
    [JsonIgnore]
    public bool HasLeftover => !IsWithdrawn && BegunAt is not null && State is RolloutDeviceState.Failed or RolloutDeviceState.Skipped or RolloutDeviceState.RollbackFailed;

    public RolloutEntry Become(RolloutDeviceState state, long now, string? error = null) =>
        this with { State = state, Since = now, Error = error ?? Error, AwaySince = null };
}
