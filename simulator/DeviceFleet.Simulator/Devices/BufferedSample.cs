namespace DeviceFleet.Simulator.Devices;

/// <summary>A sample from the moment it was taken until it is settled: acknowledged, or refused for good.</summary>
internal sealed class BufferedSample(long seq, byte[] payload)
{
    public long Seq { get; } = seq;

    public byte[] Payload { get; } = payload;

    /// <summary>How often it went out, over all connections.</summary>
    public int Sends { get; private set; }

    /// <summary>Timestamp of the first send; meaningless while <see cref="Sends"/> is 0.</summary>
    public long FirstSentAt { get; private set; }

    /// <summary>Timestamp of the newest send.</summary>
    public long LastSentAt { get; private set; }

    public bool Settled { get; set; }

    public void NoteSent(long timestamp)
    {
        FirstSentAt = Sends == 0 ? timestamp : FirstSentAt;
        LastSentAt = timestamp;
        Sends++;
    }
}
