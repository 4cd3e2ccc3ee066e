using MQTTnet;

namespace EmbeddedDapr.Components.Mqtt;

/// <summary>A topic filter, for connectors that deliver without a broker. Of <c>$share/group/filter</c> only the last part counts.</summary>
public sealed class MqttTopicFilter(string filter)
{
    private const string Share = "$share/";

    private readonly string _filter = WithoutShare(filter);

    /// <summary>Whether it takes a topic (MQTT 3.1.1, section 4.7).</summary>
    public bool Matches(string topic) => MqttTopicFilterComparer.Compare(topic, _filter) == MqttTopicFilterCompareResult.IsMatch;

    private static string WithoutShare(string filter)
    {
        if (!filter.StartsWith(Share, StringComparison.Ordinal))
        {
            return filter;
        }

        var slash = filter.IndexOf('/', Share.Length);
        return slash < 0 ? filter : filter[(slash + 1)..];
    }
}
