namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Values of <see cref="Contracts.Rollouts.FirmwareReport.State"/>.</summary>
internal static class FirmwareStates
{
    public const string Idle = "idle";
    public const string Installed = "installed";
    public const string Failed = "failed";
    public const string Refused = "refused";

    public static bool IsBusy(string state) => state is "downloading" or "verifying" or "installing";

    public static bool IsFailed(string state) => state is Failed or Refused;
}
