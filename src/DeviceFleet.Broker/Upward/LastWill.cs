namespace DeviceFleet.Broker.Upward;

/// <summary>What a client wants said when its connection breaks.</summary>
internal sealed record LastWill(string Topic, ReadOnlyMemory<byte> Payload, bool Retain);
