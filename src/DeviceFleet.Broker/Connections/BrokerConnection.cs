using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Upward;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace DeviceFleet.Broker.Connections;

/// <summary>One accepted socket, from its first byte to its last will.</summary>
internal sealed class BrokerConnection(BrokerOptions options, Action close, Action abort)
{
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Key of the connection in the items of its MQTT session.</summary>
    public static object ItemKey { get; } = new();

    /// <summary>Where packets to it go; null until there is one.</summary>
    public MqttChannel? Channel { get; set; }

    /// <summary>Who it is; null until the CONNECT was accepted.</summary>
    public Principal? Principal { get; set; }

    /// <summary>The MQTT client id, the key among connections; empty until CONNECT.</summary>
    public string ClientId { get; set; } = string.Empty;

    /// <summary>Version that its CONNECT asked for.</summary>
    public MqttProtocolVersion Version { get; set; }

    /// <summary>What to say for it when the connection breaks; null: nothing.</summary>
    public LastWill? Will { get; set; }

    /// <summary>It said good-bye: no last will.</summary>
    public bool SaidGoodbye { get; set; }

    /// <summary>A newer connection of the same client replaced it. Guarded by <see cref="ConnectionRegistry"/>.</summary>
    public bool IsTakenOver { get; set; }

    /// <summary>
    /// It was cut on demand. Set while its CONNECT is being decided about, too: what let it in may have been true no more. Guarded by <see cref="ConnectionRegistry"/>.
    /// </summary>
    public bool IsCut { get; set; }

    /// <summary>Counted among the client's accepted connections. Guarded by <see cref="ConnectionRegistry"/>.</summary>
    public bool IsPresent { get; set; }

    /// <summary>Cuts a claim that is idle for too long; null for others.</summary>
    public IdleWatch? Idle { get; set; }

    /// <summary>Completes when no packet of it is handled any more.</summary>
    public Task Served => _served.Task;

    public DownwardQueue Downward { get; } = new(options.SubscriptionsPerConnectionMax, options.DownwardPerConnectionMax);

    public bool SpeaksMqtt5 => Version == MqttProtocolVersion.V500;

    /// <summary>Says good-bye, where the version has a word for it, and ends it after the message that is being handled.</summary>
    public async Task DismissAsync(MqttDisconnectReasonCode reason)
    {
        try
        {
            if (SpeaksMqtt5 && Channel is { } channel)
            {
                await channel.SendPacketAsync(new MqttDisconnectPacket { ReasonCode = reason }, CancellationToken.None);
            }
        }
        catch (Exception)
        {
            // It does not read, or is gone already. What counts is that nothing more of it is read.
        }
        finally
        {
            Close();
        }
    }

    /// <summary>No packet of it is handled any more.</summary>
    public void HasBeenServed() => _served.TrySetResult();

    /// <summary>Ends it after the message that is being handled.</summary>
    public void Close() => close();

    /// <summary>Ends it now.</summary>
    public void Abort() => abort();
}
