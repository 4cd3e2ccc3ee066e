using Dapr.Actors;

namespace DeviceFleet.Contracts.Devices;

/// <summary>
/// One device. Called through a JSON proxy (<c>ActorProxy.InvokeMethodAsync</c>) with the names in <see cref="DeviceActorMethods"/>. Every
/// method is one turn; what it changed is on disk before it answers.
/// </summary>
public interface IDeviceActor : IActor
{
    /// <summary>Takes one MQTT message's samples. Refusals are in the reply, never exceptions.</summary>
    Task<IngestReply> Ingest(IngestRequest request);

    /// <summary>Takes the device's own word, or its last will, on being there.</summary>
    Task<StatusReply> ReportStatus(StatusReport report);

    /// <summary>Counts a message of this device that was refused before it could be read.</summary>
    Task<DeviceView> NoteRejected(RejectionNote note);

    /// <summary>What is known of the device now.</summary>
    Task<DeviceView> GetView();
}

/// <summary>Names of <see cref="IDeviceActor"/>'s methods on the wire.</summary>
public static class DeviceActorMethods
{
    /// <summary>The actor type.</summary>
    public const string ActorType = "Device";

    /// <summary><see cref="IDeviceActor.Ingest"/>.</summary>
    public const string Ingest = nameof(IDeviceActor.Ingest);

    /// <summary><see cref="IDeviceActor.ReportStatus"/>.</summary>
    public const string ReportStatus = nameof(IDeviceActor.ReportStatus);

    /// <summary><see cref="IDeviceActor.NoteRejected"/>.</summary>
    public const string NoteRejected = nameof(IDeviceActor.NoteRejected);

    /// <summary><see cref="IDeviceActor.GetView"/>.</summary>
    public const string GetView = nameof(IDeviceActor.GetView);
}
