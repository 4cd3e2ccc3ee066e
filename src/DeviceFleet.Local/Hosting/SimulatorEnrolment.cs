using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Local.Data;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Local.Hosting;

/// <summary>
/// What lets the simulated devices in: a group enrolment like any other, whose key lies in the data folder. Made once; what an administrator changes of it afterwards stays.
/// </summary>
internal static class SimulatorEnrolment
{
    public const string Id = "simulator";

    private const string By = "DeviceFleet.Local";

    /// <summary>Sees to it that there is one, and answers how devices use it.</summary>
    /// <exception cref="InvalidOperationException">It cannot be made.</exception>
    public static async Task<SimulatorProvisioning> EnsureAsync(IActorProxyFactory actors, DataFolder data, TimeProvider time, CancellationToken cancellationToken)
    {
        var (key, isNew) = LocalKeys.LoadOrMakeEnrolmentKey(data);
        var proxy = actors.Create(new ActorId(Id), EnrolmentActorMethods.ActorType);
        var known = await proxy.InvokeMethodAsync<ChangeReply<Enrolment>>(EnrolmentActorMethods.Get, cancellationToken);
        if (known.Value is null || isNew)
        {
            var written = await proxy.InvokeMethodAsync<EnrolmentWrite, ChangeReply<EnrolmentWritten>>(
                EnrolmentActorMethods.Write, Write(known.Value, key, time.GetUtcNow().ToUnixTimeMilliseconds()), cancellationToken);
            if (written.Outcome is not (ChangeOutcome.Applied or ChangeOutcome.Unchanged))
            {
                throw new InvalidOperationException($"The enrolment {Id} of the simulated devices cannot be made: {written.Detail}");
            }
        }

        return new SimulatorProvisioning { EnrolmentId = Id, Key = key };
    }

    private static EnrolmentWrite Write(Enrolment? known, byte[] key, long at) => new()
    {
        Enrolment = known ?? new Enrolment
        {
            Id = Id,
            Version = 0,
            Proof = ProofKind.SymmetricKey,
            IsEnabled = true,
            NeedsApproval = false,
            MayReprovision = true,
            ConnectWithinMs = (long)EnrolmentLimits.ConnectWithinDefault.TotalMilliseconds,
            By = By,
            At = at,
        },
        Key = Convert.ToBase64String(key),
        By = By,
        At = at,
    };
}
