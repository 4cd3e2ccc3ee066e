using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>What is wrong with what people ask for, all of it at once.</summary>
internal static class RolloutFaults
{
    private const int NameLengthMax = 128;
    private const int ReasonLengthMax = 500;
    private const long TimeoutMsMin = 1_000;
    private const long TimeMsMax = 30L * 24 * 3_600_000;

    /// <summary>Beginnings of ids of other workflows' instances: a rollout's id is its workflow's instance id.</summary>
    private static readonly string[] Taken = ["provision-", "rotate-", "decommission-"];

    public static IReadOnlyList<string> Of(RolloutOrder order) => [.. FaultsOfOrder(order), .. FaultsOf(order.Plan)];

    public static string? Of(RolloutChange change) =>
        change.By.Length is 0 or > NameLengthMax ? $"By has to be 1 to {NameLengthMax} characters."
        : change.Reason?.Length > ReasonLengthMax ? $"A reason has at most {ReasonLengthMax} characters."
        : null;

    private static IEnumerable<string> FaultsOfOrder(RolloutOrder order)
    {
        if (!DeviceId.TryParse(order.Id, out _) || Taken.Any(taken => order.Id.StartsWith(taken, StringComparison.Ordinal)))
        {
            yield return $"An id has 1 to {DeviceId.LengthMax} characters of A-Z a-z 0-9 . _ -, the first a letter or digit, and does not begin with {string.Join(", ", Taken)}.";
        }

        if (order.By.Length is 0 or > NameLengthMax)
        {
            yield return $"By has to be 1 to {NameLengthMax} characters.";
        }

        if (order.Devices.Count is 0 or > RolloutLimits.DevicesMax)
        {
            yield return $"A rollout has 1 to {RolloutLimits.DevicesMax} devices; these would be {order.Devices.Count}.";
        }

        if (order.Devices.Distinct().Count() != order.Devices.Count)
        {
            yield return "A device is named twice.";
        }

        if (order.Targets is { Ids: null, Group: null, Type: null, Tags: null, All: false })
        {
            yield return "Targets name no condition.";
        }
    }

    private static IEnumerable<string> FaultsOf(RolloutPlan plan)
    {
        if (plan.Waves.Count is 0 or > RolloutLimits.WavesMax)
        {
            yield return $"A plan has 1 to {RolloutLimits.WavesMax} waves.";
        }
        else
        {
            var percents = plan.Waves.Select(wave => wave.UpToPercent).ToArray();
            var isRising = percents[0] > 0 && percents.Zip(percents.Skip(1)).All(pair => pair.First < pair.Second);
            if (!isRising || percents[^1] != 100)
            {
                yield return "Waves go up to more than 0 percent, each to more than the one before, the last to 100.";
            }

            if (plan.Waves.Any(wave => wave.SoakMs is < 0 or > TimeMsMax))
            {
                yield return $"A wave is watched for 0 to {TimeMsMax} ms.";
            }
        }

        if (plan.AbortAbovePercent is not (>= 0 and <= 100))
        {
            yield return "A rollout is aborted above 0 to 100 percent of failed devices.";
        }

        if (plan.AbortFailuresMin is < 1 or > RolloutLimits.DevicesMax)
        {
            yield return $"A rollout is aborted with no fewer than 1 to {RolloutLimits.DevicesMax} failed devices.";
        }

        if (plan.Parallel is < 1 or > RolloutLimits.ParallelMax)
        {
            yield return $"1 to {RolloutLimits.ParallelMax} devices are updated at once.";
        }

        if (plan.DeviceTimeoutMs is < TimeoutMsMin or > TimeMsMax)
        {
            yield return $"A device may take {TimeoutMsMin} to {TimeMsMax} ms.";
        }

        if (plan.Window is { } window && (window.FromMinute is < 0 or > 1_439 || window.Minutes is < 1 or > 1_440))
        {
            yield return "A maintenance window begins at minute 0 to 1,439 of the day and lasts 1 to 1,440 minutes.";
        }
    }
}
