using DeviceFleet.Broker.Access;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Provisioning.Access;

namespace DeviceFleet.Local.Hosting;

/// <summary>The embedded broker's authority is the service <c>provisioning</c>, asked in process with what another broker asks over HTTP.</summary>
internal sealed class ProvisioningAuthority : IDeviceAuthority
{
    private const string Allow = "allow";
    private const string Deny = "deny";

    private IMqttAccess? _access;

    /// <summary>Set before the broker starts.</summary>
    public IMqttAccess Access
    {
        get => _access ?? throw new InvalidOperationException("No service provisioning yet.");
        set => _access = value;
    }

    public async ValueTask<DeviceVerdict> AuthenticateAsync(DeviceId device, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        var verdict = await Access.AuthenticateAsync(device.Value, password, device.Value, cancellationToken);
        return verdict.Result switch
        {
            Allow => DeviceVerdict.Accepted,
            Deny => DeviceVerdict.Refused(verdict.Reason ?? RejectionReasons.BadCredentials, verdict.Detail ?? "Refused."),
            _ => DeviceVerdict.Busy,
        };
    }
}
