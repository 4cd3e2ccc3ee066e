namespace EmbeddedDapr.PubSub;

/// <content>Counts what became of events.</content>
internal sealed partial class SubscriptionDelivery
{
    private static readonly string[] ProcessStatuses = ["success", "drop", "retry"];

    private void Measure(DeliveredEvent[] events, long start)
    {
        if (_sidecar.Metrics is not { } metrics)
        {
            return;
        }

        if (_subscription.Bulk is null)
        {
            foreach (var delivered in events)
            {
                metrics.Delivered(_subscription.PubSubName, delivered.PlainTopic, StatusOf(delivered), string.Empty, start);
            }

            return;
        }

        metrics.DeliveredInBulk(_subscription.PubSubName, _subscription.Topic, start);
        foreach (var status in ProcessStatuses)
        {
            metrics.DeliveredInBulk(_subscription.PubSubName, _subscription.Topic, status, events.Count(delivered => StatusOf(delivered) == status));
        }
    }

    private static string StatusOf(DeliveredEvent delivered) => delivered.Fate switch
    {
        EventFate.Taken => "success",
        EventFate.Dropped or EventFate.Unreadable => "drop",
        EventFate.Failed or EventFate.Open => "retry",
    };
}
