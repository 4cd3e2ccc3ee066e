using MQTTnet;

namespace EmbeddedDapr.Components.Mqtt;

/// <summary>Topic filters, for connectors that deliver without a broker.</summary>
public static class MqttTopicFilter
{
    private const string Share = "$share/";

    /// <summary>Whether a filter takes a topic (MQTT 3.1.1, section 4.7). Of <c>$share/group/filter</c> only the last part counts.</summary>
    public static bool Matches(string filter, string topic) =>
        MqttTopicFilterComparer.Compare(topic, WithoutShare(filter)) == MqttTopicFilterCompareResult.IsMatch;

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
