using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Upward;
using MQTTnet.Formatter;

namespace DeviceFleet.Broker.Connections;

/// <summary>One accepted socket, from its first byte to its last will.</summary>
internal sealed class BrokerConnection(BrokerOptions options, Action close, Action abort)
{
    /// <summary>Key of the connection in the items of its MQTT session.</summary>
    public static object ItemKey { get; } = new();

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

    /// <summary>Counted among the client's accepted connections. Guarded by <see cref="ConnectionRegistry"/>.</summary>
    public bool IsPresent { get; set; }

    public DownwardQueue Downward { get; } = new(options.SubscriptionsPerConnectionMax, options.DownwardPerConnectionMax);

    public bool SpeaksMqtt5 => Version == MqttProtocolVersion.V500;

    /// <summary>Ends it after the message that is being handled.</summary>
    public void Close() => close();

    /// <summary>Ends it now.</summary>
    public void Abort() => abort();
}
