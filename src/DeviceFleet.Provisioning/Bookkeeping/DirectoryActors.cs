using Dapr.Actors.Client;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Provisioning.Bookkeeping;

/// <summary>Calls directory and audit actors through JSON proxies, which it keeps. Thread-safe.</summary>
internal sealed class DirectoryActors(IActorProxyFactory factory)
{
    private const int ProxiesMax = 1_000;

    private readonly ProxyCache _directories = new(factory, DirectoryActorMethods.ActorType, ProxiesMax);
    private readonly ProxyCache _days = new(factory, AuditActorMethods.ActorType, ProxiesMax);

    public Task<DirectoryPage> PutAsync(string directory, DirectoryPut put, CancellationToken cancellationToken) =>
        _directories[directory].InvokeMethodAsync<DirectoryPut, DirectoryPage>(DirectoryActorMethods.Put, put, cancellationToken);

    public Task<DirectoryPage> ListAsync(string directory, DirectoryQuery query, CancellationToken cancellationToken) =>
        _directories[directory].InvokeMethodAsync<DirectoryQuery, DirectoryPage>(DirectoryActorMethods.List, query, cancellationToken);

    public Task<AuditPage> AppendAsync(string day, AuditAppend append, CancellationToken cancellationToken) =>
        _days[day].InvokeMethodAsync<AuditAppend, AuditPage>(AuditActorMethods.Append, append, cancellationToken);

    public Task<AuditPage> ListAuditAsync(string day, AuditQuery query, CancellationToken cancellationToken) =>
        _days[day].InvokeMethodAsync<AuditQuery, AuditPage>(AuditActorMethods.List, query, cancellationToken);
}
