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

    /// <summary>The device asks for desired: it is sent, whatever it has.</summary>
    Task<TwinView> RequestTwin(TwinRequest request);

    /// <summary>Takes the device's patch of reported.</summary>
    Task<ChangeReply<TwinView>> ReportTwin(ReportedPatch patch);

    /// <summary>Changes desired, and sends it to the device.</summary>
    Task<ChangeReply<TwinView>> WriteDesired(DesiredWrite write);

    /// <summary>The twin now.</summary>
    Task<TwinView> GetTwin();

    /// <summary>
    /// Makes the device: it has a twin from now on, and is listed. <see cref="ChangeOutcome.Unchanged"/> when it was there already: then nothing that a person said of it is overwritten.
    /// <see cref="ChangeOutcome.Conflict"/> when who asks had it removed for good (<see cref="DeviceRemoval.KeepsAway"/>).
    /// </summary>
    Task<ChangeReply<DeviceRegistration>> Create(DeviceCreate create);

    /// <summary>Takes back all commands that have not ended, and clears all alarms.</summary>
    Task<DeviceView> Drain(DeviceDrain drain);

    /// <summary>
    /// Wipes everything but a tombstone, so that a message that was on its way does not make the device again; leaves its group, and tells <see cref="DeviceRemovedEvent"/>.
    /// <see cref="ChangeOutcome.Unchanged"/> when it was not there.
    /// </summary>
    Task<ChangeReply<DeviceRegistration>> Remove(DeviceRemoval removal);

    /// <summary>Changes type, group or tags.</summary>
    Task<ChangeReply<DeviceRegistration>> WriteRegistration(RegistrationWrite write);

    /// <summary>Queues a command, and delivers it when the device is there.</summary>
    Task<ChangeReply<DeviceCommand>> SendCommand(CommandRequest request);

    /// <summary>Takes the device's answer to a command.</summary>
    Task<ChangeReply<DeviceCommand>> AnswerCommand(CommandAnswer answer);

    /// <summary>Takes back a command that was not delivered yet; afterwards it is a conflict.</summary>
    Task<ChangeReply<DeviceCommand>> CancelCommand(CommandCancel cancel);

    /// <summary>Open commands, and the last that ended.</summary>
    Task<CommandList> GetCommands();

    /// <summary>What a person does with an alarm.</summary>
    Task<ChangeReply<DeviceAlarm>> ChangeAlarm(AlarmChange change);

    /// <summary>Alarms that are not cleared, and the last that were.</summary>
    Task<AlarmList> GetAlarms();
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

    /// <summary><see cref="IDeviceActor.RequestTwin"/>.</summary>
    public const string RequestTwin = nameof(IDeviceActor.RequestTwin);

    /// <summary><see cref="IDeviceActor.ReportTwin"/>.</summary>
    public const string ReportTwin = nameof(IDeviceActor.ReportTwin);

    /// <summary><see cref="IDeviceActor.WriteDesired"/>.</summary>
    public const string WriteDesired = nameof(IDeviceActor.WriteDesired);

    /// <summary><see cref="IDeviceActor.GetTwin"/>.</summary>
    public const string GetTwin = nameof(IDeviceActor.GetTwin);

    /// <summary><see cref="IDeviceActor.Create"/>.</summary>
    public const string Create = nameof(IDeviceActor.Create);

    /// <summary><see cref="IDeviceActor.Drain"/>.</summary>
    public const string Drain = nameof(IDeviceActor.Drain);

    /// <summary><see cref="IDeviceActor.Remove"/>.</summary>
    public const string Remove = nameof(IDeviceActor.Remove);

    /// <summary><see cref="IDeviceActor.WriteRegistration"/>.</summary>
    public const string WriteRegistration = nameof(IDeviceActor.WriteRegistration);

    /// <summary><see cref="IDeviceActor.SendCommand"/>.</summary>
    public const string SendCommand = nameof(IDeviceActor.SendCommand);

    /// <summary><see cref="IDeviceActor.AnswerCommand"/>.</summary>
    public const string AnswerCommand = nameof(IDeviceActor.AnswerCommand);

    /// <summary><see cref="IDeviceActor.CancelCommand"/>.</summary>
    public const string CancelCommand = nameof(IDeviceActor.CancelCommand);

    /// <summary><see cref="IDeviceActor.GetCommands"/>.</summary>
    public const string GetCommands = nameof(IDeviceActor.GetCommands);

    /// <summary><see cref="IDeviceActor.ChangeAlarm"/>.</summary>
    public const string ChangeAlarm = nameof(IDeviceActor.ChangeAlarm);

    /// <summary><see cref="IDeviceActor.GetAlarms"/>.</summary>
    public const string GetAlarms = nameof(IDeviceActor.GetAlarms);
}
