using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.ServiceDefaults.Actors;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Actors;

/// <summary>Calls device actors through JSON proxies, which it keeps. Thread-safe.</summary>
internal sealed class DeviceActors(IActorProxyFactory factory, IOptions<IngestOptions> options)
{
    private readonly ProxyCache _proxies = new(factory, DeviceActorMethods.ActorType, options.Value.ProxiesMax);

    public Task<IngestReply> IngestAsync(DeviceId id, IngestRequest request, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<IngestRequest, IngestReply>(DeviceActorMethods.Ingest, request, cancellationToken);

    public Task<StatusReply> ReportStatusAsync(DeviceId id, StatusReport report, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<StatusReport, StatusReply>(DeviceActorMethods.ReportStatus, report, cancellationToken);

    public Task<DeviceView> NoteRejectedAsync(DeviceId id, RejectionNote note, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<RejectionNote, DeviceView>(DeviceActorMethods.NoteRejected, note, cancellationToken);

    public Task<DeviceView> GetViewAsync(DeviceId id, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<DeviceView>(DeviceActorMethods.GetView, cancellationToken);

    public Task<ChangeReply<DeviceRegistration>> WriteRegistrationAsync(DeviceId id, RegistrationWrite write, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<RegistrationWrite, ChangeReply<DeviceRegistration>>(DeviceActorMethods.WriteRegistration, write, cancellationToken);

    public Task<TwinView> RequestTwinAsync(DeviceId id, TwinRequest request, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<TwinRequest, TwinView>(DeviceActorMethods.RequestTwin, request, cancellationToken);

    public Task<ChangeReply<TwinView>> ReportTwinAsync(DeviceId id, ReportedPatch patch, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<ReportedPatch, ChangeReply<TwinView>>(DeviceActorMethods.ReportTwin, patch, cancellationToken);

    public Task<ChangeReply<DeviceCommand>> AnswerCommandAsync(DeviceId id, CommandAnswer answer, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<CommandAnswer, ChangeReply<DeviceCommand>>(DeviceActorMethods.AnswerCommand, answer, cancellationToken);
}
