using DeviceFleet.Contracts.Devices;
using DeviceFleet.Simulator.Ledgers;

namespace DeviceFleet.EndToEnd.Tests.Sums;

/// <summary>What the devices, the actors and the topic say, side by side.</summary>
internal sealed record Sums
{
    public required IReadOnlySet<SampleKey> Sent { get; init; }

    public required IReadOnlySet<SampleKey> Acknowledged { get; init; }

    public required IReadOnlySet<SampleKey> InTopic { get; init; }

    public required int PublishedAgain { get; init; }

    public required long CountedByActors { get; init; }

    public required long DuplicatesSeenByActors { get; init; }

    /// <summary>Devices whose actor counted another number than the topic holds.</summary>
    public required int DevicesThatDisagree { get; init; }

    /// <summary>Acknowledged, but not in the topic.</summary>
    public IReadOnlyList<SampleKey> Lost => [.. Acknowledged.Where(key => !InTopic.Contains(key))];

    /// <summary>In the topic, but never sent.</summary>
    public IReadOnlyList<SampleKey> Invented => [.. InTopic.Where(key => !Sent.Contains(key))];

    public static Sums Of(Ledger ledger, IReadOnlyList<TelemetryEvent> topic, IReadOnlyList<DeviceView> views)
    {
        var inTopic = topic.Select(sample => new SampleKey(sample.DeviceId, sample.Boot ?? -1, sample.Seq ?? -1)).ToHashSet();
        var byDevice = inTopic.CountBy(key => key.Device).ToDictionary();
        return new Sums
        {
            Sent = ledger.Sent,
            Acknowledged = ledger.Acked,
            InTopic = inTopic,
            PublishedAgain = topic.Count - inTopic.Count,
            CountedByActors = views.Sum(view => view.Totals.Applied),
            DuplicatesSeenByActors = views.Sum(view => view.Totals.Duplicates),
            DevicesThatDisagree = views.Count(view => view.Totals.Applied != byDevice.GetValueOrDefault(view.DeviceId)),
        };
    }

    public override string ToString() =>
        $"sent {Sent.Count}, acknowledged {Acknowledged.Count}; counted by actors {CountedByActors} (and {DuplicatesSeenByActors} duplicates); in the topic {InTopic.Count} (and {PublishedAgain} again); lost {Lost.Count}, invented {Invented.Count}, devices that disagree {DevicesThatDisagree}";
}
