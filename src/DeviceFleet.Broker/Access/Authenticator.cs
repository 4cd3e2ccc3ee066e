using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using Microsoft.Extensions.Logging;

namespace DeviceFleet.Broker.Access;

/// <summary>
/// Tells who connects. What needs no secret of a device is decided here: the runtime's account, claims, and that a device's client id is its own. The rest is for the
/// <see cref="IDeviceAuthority"/>.
/// </summary>
internal sealed partial class Authenticator(BrokerOptions options, IDeviceAuthority authority, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// Put before the client ids of the runtime as they arrive. No device id holds a slash, so neither can take the other's session over.
    /// </summary>
    internal const string RuntimeClientIdPrefix = "runtime/";

    private static readonly Answer Busy = new(null, null);

    private readonly byte[]? _runtimePassword = options.RuntimePassword is { } password ? Encoding.UTF8.GetBytes(password) : null;

    /// <summary>The principal, or why there is none; neither: nobody could decide in time.</summary>
    public async ValueTask<Answer> AuthenticateAsync(string? user, ReadOnlyMemory<byte> password, string? clientId, CancellationToken cancellationToken)
    {
        if (user == BrokerAccounts.Runtime && _runtimePassword is not null)
        {
            return CryptographicOperations.FixedTimeEquals(password.Span, _runtimePassword)
                ? CheckRuntimeClientId(clientId)
                : Refused(RejectionReasons.BadCredentials, "Wrong password of the runtime.");
        }

        if (user == MqttAccounts.Provision)
        {
            return password.IsEmpty ? ReadClaimId(clientId) : Refused(RejectionReasons.BadCredentials, "A claim has no password.");
        }

        if (!DeviceId.TryParse(user, out var id))
        {
            return Refused(RejectionReasons.BadCredentials, "The user name is no device id.");
        }

        if (clientId != id.Value)
        {
            return Refused(RejectionReasons.WrongClientId, "The client id is not the device id.");
        }

        var verdict = await AskAsync(id, password, cancellationToken);
        if (verdict.IsBusy)
        {
            return Busy;
        }

        return verdict is { Reason: { } reason } ? Refused(reason, verdict.Detail ?? string.Empty) : new Answer(Principal.OfDevice(id), null);
    }

    private async ValueTask<DeviceVerdict> AskAsync(DeviceId device, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.AuthorityTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await authority.AuthenticateAsync(device, password, stop.Token).AsTask().WaitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return DeviceVerdict.Busy;
        }
        catch (Exception e)
        {
            Log.AuthorityFailed(logger, e, device.Value);
            return DeviceVerdict.Busy;
        }
    }

    private static Answer ReadClaimId(string? clientId) =>
        clientId is not null && clientId.StartsWith(MqttAccounts.ClaimClientPrefix, StringComparison.Ordinal)
            && DeviceId.TryParse(clientId[MqttAccounts.ClaimClientPrefix.Length..], out var claimId)
            ? new Answer(Principal.OfClaim(claimId), null)
            : Refused(RejectionReasons.WrongClientId, $"A claim's client id is {MqttAccounts.ClaimClientPrefix} and the claim id.");

    private static Answer CheckRuntimeClientId(string? clientId) =>
        clientId is not null && clientId.StartsWith(RuntimeClientIdPrefix, StringComparison.Ordinal) && clientId.Length is > 8 and <= 136
            ? new Answer(Principal.Runtime, null)
            : Refused(RejectionReasons.WrongClientId, "The runtime's client id has 1 to 128 characters.");

    private static Answer Refused(string reason, string detail) => new(null, new Refusal(reason, detail));

    internal readonly record struct Answer(Principal? Principal, Refusal? Refusal);

    private static partial class Log
    {
        [LoggerMessage(4130, LogLevel.Warning, "Nobody could say whether {Device} is who it says; it is told to come again.")]
        public static partial void AuthorityFailed(ILogger logger, Exception exception, string device);
    }
}
