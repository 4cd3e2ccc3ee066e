using Dapr.Actors;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>
/// One release (id = version, in hex, as a version may hold what a URL gives a meaning to): so that of two images with one version only the first is one. Public, as code that the SDK makes
/// calls it.
/// </summary>
public interface IReleaseActor : IActor
{
    /// <summary>Makes it. The same image again is unchanged, another one a conflict.</summary>
    Task<ChangeReply<Release>> Register(Release release);

    /// <summary>Withdraws it.</summary>
    Task<ChangeReply<Release>> Withdraw(ReleaseWithdrawal withdrawal);

    /// <summary>The release; <see cref="ChangeOutcome.NotFound"/> when there is none.</summary>
    Task<ChangeReply<Release>> Get();
}
