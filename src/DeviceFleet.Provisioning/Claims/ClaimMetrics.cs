using System.Diagnostics.Metrics;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Claims;

/// <summary>Counters of claims. Tags come from the closed sets of <see cref="ClaimStatus"/> and <see cref="Contracts.Devices.RejectionReasons"/>.</summary>
internal sealed class ClaimMetrics
{
    public const string MeterName = "DeviceFleet.Provisioning.Claims";

    private readonly Counter<long> _taken;
    private readonly Counter<long> _refused;

    public ClaimMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _taken = meter.CreateCounter<long>("devicefleet.claims.taken", "{claim}", "Claims that were let in, by what they were answered.");
        _refused = meter.CreateCounter<long>("devicefleet.claims.refused", "{claim}", "Claims turned away, by reason.");
    }

    public void CountTaken(ClaimStatus status) => _taken.Add(1, new KeyValuePair<string, object?>("status", NameOf(status)));

    public void CountRefused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    private static string NameOf(ClaimStatus status) => status switch
    {
        ClaimStatus.Pending => "pending",
        ClaimStatus.Issued => "issued",
        ClaimStatus.Active => "active",
        ClaimStatus.Refused => "refused",
    };
}
