using System.Text.Json;
using Dapr.Actors.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.ServiceDefaults.Actors;
using DeviceFleet.ServiceDefaults.Publishing;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Tells what is new of rollouts and releases: to the directory, and rollouts to whoever listens. Thread-safe.</summary>
internal sealed class RolloutTeller(EventPublisher<RolloutEvent> events, IActorProxyFactory factory)
{
    private readonly ProxyCache _directories = new(factory, DirectoryActorMethods.ActorType, 4);

    /// <summary>Ends when it is durable in both; telling it again does no harm, as newer revisions win.</summary>
    public async Task TellAsync(RolloutView rollout)
    {
        var entry = new DirectoryEntry { Key = rollout.Id, Revision = rollout.Revision, Summary = JsonSerializer.SerializeToElement(rollout, ContractsJson.Default.RolloutView) };
        await events.PublishAsync([new RolloutEvent(rollout)], CancellationToken.None);
        await PutAsync(DirectoryIds.Rollouts, entry);
    }

    public Task ListAsync(Release release) => PutAsync(
        DirectoryIds.Releases,
        new DirectoryEntry { Key = release.Version, Revision = release.Revision, Summary = JsonSerializer.SerializeToElement(release, ContractsJson.Default.Release) });

    private Task<DirectoryPage> PutAsync(string directory, DirectoryEntry entry) =>
        _directories[directory].InvokeMethodAsync<DirectoryPut, DirectoryPage>(DirectoryActorMethods.Put, new DirectoryPut([entry]), CancellationToken.None);
}
