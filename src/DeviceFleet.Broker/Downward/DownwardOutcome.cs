namespace DeviceFleet.Broker.Downward;

/// <summary>What became of a message to a device.</summary>
public enum DownwardOutcome
{
    /// <summary>In the queue of the device's connection.</summary>
    Enqueued,

    /// <summary>The device is not connected (a retained message is kept for it all the same).</summary>
    NotConnected,

    /// <summary>It is connected, but did not subscribe to the topic (a retained message is kept for it all the same).</summary>
    NotSubscribed,

    /// <summary>Too many messages are on their way to it.</summary>
    QueueFull,

    /// <summary>The topic is none that goes down to a device, or the payload is too large.</summary>
    Refused,
}
