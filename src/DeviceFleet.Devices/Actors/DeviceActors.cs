using System.Collections.Concurrent;
using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Ingest;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Actors;

/// <summary>
/// Calls device actors through JSON proxies, which it keeps. The bound is kept by two generations: a proxy used lives in the young one; when that is half of
/// the bound it becomes the old one, and the old one, with what was not used since, goes. Thread-safe.
/// </summary>
internal sealed class DeviceActors(IActorProxyFactory factory, IOptions<IngestOptions> options)
{
    private readonly int _generationMax = options.Value.ProxiesMax / 2;
    private volatile ConcurrentDictionary<DeviceId, ActorProxy> _young = new();
    private volatile ConcurrentDictionary<DeviceId, ActorProxy> _old = new();
    private int _youngCount;

    public Task<IngestReply> IngestAsync(DeviceId id, IngestRequest request, CancellationToken cancellationToken) =>
        Proxy(id).InvokeMethodAsync<IngestRequest, IngestReply>(DeviceActorMethods.Ingest, request, cancellationToken);

    public Task<StatusReply> ReportStatusAsync(DeviceId id, StatusReport report, CancellationToken cancellationToken) =>
        Proxy(id).InvokeMethodAsync<StatusReport, StatusReply>(DeviceActorMethods.ReportStatus, report, cancellationToken);

    public Task<DeviceView> NoteRejectedAsync(DeviceId id, RejectionNote note, CancellationToken cancellationToken) =>
        Proxy(id).InvokeMethodAsync<RejectionNote, DeviceView>(DeviceActorMethods.NoteRejected, note, cancellationToken);

    public Task<DeviceView> GetViewAsync(DeviceId id, CancellationToken cancellationToken) =>
        Proxy(id).InvokeMethodAsync<DeviceView>(DeviceActorMethods.GetView, cancellationToken);

    public Task<ChangeReply<DeviceRegistration>> WriteRegistrationAsync(DeviceId id, RegistrationWrite write, CancellationToken cancellationToken) =>
        Proxy(id).InvokeMethodAsync<RegistrationWrite, ChangeReply<DeviceRegistration>>(DeviceActorMethods.WriteRegistration, write, cancellationToken);

    public Task<TwinView> RequestTwinAsync(DeviceId id, TwinRequest request, CancellationToken cancellationToken) =>
        Proxy(id).InvokeMethodAsync<TwinRequest, TwinView>(DeviceActorMethods.RequestTwin, request, cancellationToken);

    public Task<ChangeReply<TwinView>> ReportTwinAsync(DeviceId id, ReportedPatch patch, CancellationToken cancellationToken) =>
        Proxy(id).InvokeMethodAsync<ReportedPatch, ChangeReply<TwinView>>(DeviceActorMethods.ReportTwin, patch, cancellationToken);

    public Task<ChangeReply<DeviceCommand>> AnswerCommandAsync(DeviceId id, CommandAnswer answer, CancellationToken cancellationToken) =>
        Proxy(id).InvokeMethodAsync<CommandAnswer, ChangeReply<DeviceCommand>>(DeviceActorMethods.AnswerCommand, answer, cancellationToken);

    private ActorProxy Proxy(DeviceId id)
    {
        var young = _young;
        if (young.TryGetValue(id, out var proxy))
        {
            return proxy;
        }

        proxy = _old.TryGetValue(id, out var known) ? known : factory.Create(new ActorId(id.Value), DeviceActorMethods.ActorType);
        if (young.TryAdd(id, proxy) && Interlocked.Increment(ref _youngCount) == _generationMax)
        {
            _old = young;
            _young = new ConcurrentDictionary<DeviceId, ActorProxy>();
            Volatile.Write(ref _youngCount, 0);
        }

        return proxy;
    }
}
