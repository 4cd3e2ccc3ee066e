using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Gateway.Actors;

/// <summary>Calls the actors of identities, enrolments, lists and audit. Each call fails as <see cref="ActorFaults"/> says when its actor cannot be reached.</summary>
internal sealed class IdentityActors(IActorProxyFactory factory)
{
    private readonly ProxyCache _identities = new(factory, IdentityActorMethods.ActorType, ActorsSetup.ProxiesMax);
    private readonly ProxyCache _enrolments = new(factory, EnrolmentActorMethods.ActorType, ActorsSetup.ProxiesMax);
    private readonly ProxyCache _directories = new(factory, DirectoryActorMethods.ActorType, ActorsSetup.ProxiesMax);
    private readonly ProxyCache _audits = new(factory, AuditActorMethods.ActorType, ActorsSetup.ProxiesMax);

    public Task<ChangeReply<DeviceIdentity>> GetAsync(DeviceId id, CancellationToken cancellationToken) =>
        _identities[id.Value].InvokeMethodAsync<ChangeReply<DeviceIdentity>>(IdentityActorMethods.Get, cancellationToken);

    public Task<ChangeReply<IdentityReply>> ApplyAsync(DeviceId id, IdentityChange change, CancellationToken cancellationToken) =>
        _identities[id.Value].InvokeMethodAsync<IdentityChange, ChangeReply<IdentityReply>>(IdentityActorMethods.Apply, change, cancellationToken);

    public Task<AuditPage> GetAuditAsync(DeviceId id, CancellationToken cancellationToken) =>
        _identities[id.Value].InvokeMethodAsync<AuditPage>(IdentityActorMethods.GetAudit, cancellationToken);

    public Task<ChangeReply<Enrolment>> GetEnrolmentAsync(string id, CancellationToken cancellationToken) =>
        _enrolments[id].InvokeMethodAsync<ChangeReply<Enrolment>>(EnrolmentActorMethods.Get, cancellationToken);

    public Task<ChangeReply<EnrolmentWritten>> WriteEnrolmentAsync(string id, EnrolmentWrite write, CancellationToken cancellationToken) =>
        _enrolments[id].InvokeMethodAsync<EnrolmentWrite, ChangeReply<EnrolmentWritten>>(EnrolmentActorMethods.Write, write, cancellationToken);

    public Task<ChangeReply<Enrolment>> DeleteEnrolmentAsync(string id, EnrolmentDelete delete, CancellationToken cancellationToken) =>
        _enrolments[id].InvokeMethodAsync<EnrolmentDelete, ChangeReply<Enrolment>>(EnrolmentActorMethods.Delete, delete, cancellationToken);

    public Task<ChangeReply<ClaimCodes>> MakeCodesAsync(string id, ClaimCodeOrder order, CancellationToken cancellationToken) =>
        _enrolments[id].InvokeMethodAsync<ClaimCodeOrder, ChangeReply<ClaimCodes>>(EnrolmentActorMethods.MakeCodes, order, cancellationToken);

    public Task<DirectoryPage> ListAsync(string directory, DirectoryQuery query, CancellationToken cancellationToken) =>
        _directories[directory].InvokeMethodAsync<DirectoryQuery, DirectoryPage>(DirectoryActorMethods.List, query, cancellationToken);

    /// <summary>The whole directory, page by page.</summary>
    public async IAsyncEnumerable<DirectoryEntry> ListAllAsync(string directory, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int pageMax = 1_000;
        for (string? after = null; ;)
        {
            var page = await ListAsync(directory, new DirectoryQuery(after, pageMax), cancellationToken);
            foreach (var entry in page.Entries)
            {
                yield return entry;
            }

            if (page.Entries.Count < pageMax)
            {
                yield break;
            }

            after = page.Entries[^1].Key;
        }
    }

    /// <summary>A page of one day's audit.</summary>
    /// <param name="day"><c>yyyy-MM-dd</c>, UTC.</param>
    /// <param name="query">Which page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<AuditPage> ListAuditAsync(string day, AuditQuery query, CancellationToken cancellationToken) =>
        _audits[day].InvokeMethodAsync<AuditQuery, AuditPage>(AuditActorMethods.List, query, cancellationToken);
}
