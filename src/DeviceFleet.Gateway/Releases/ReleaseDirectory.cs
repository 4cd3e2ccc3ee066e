using System.Text.Json;
using Dapr.Actors.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Gateway.Releases;

/// <summary>Lists of releases and rollouts. Each call fails as <see cref="ActorFaults"/> says when the list cannot be reached.</summary>
internal sealed class ReleaseDirectory(IActorProxyFactory factory)
{
    private const int PageMax = 1_000;

    private readonly ProxyCache _directories = new(factory, DirectoryActorMethods.ActorType, 4);

    /// <summary>Newest version first.</summary>
    public async Task<IReadOnlyList<Release>> GetReleasesAsync(CancellationToken cancellationToken)
    {
        var entries = await ListAsync(DirectoryIds.Releases, cancellationToken);
        var releases = entries.Select(entry => entry.Deserialize(ContractsJson.Default.Release)!);
        return [.. releases.OrderByDescending(release => SemanticVersion.TryParse(release.Version, out var version) ? version : null, SemanticVersion.Order)];
    }

    /// <summary>A release; null: there is none.</summary>
    public async Task<Release?> FindAsync(string version, CancellationToken cancellationToken) =>
        (await GetReleasesAsync(cancellationToken)).FirstOrDefault(release => release.Version == version);

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<RolloutView>> GetRolloutsAsync(CancellationToken cancellationToken)
    {
        var entries = await ListAsync(DirectoryIds.Rollouts, cancellationToken);
        return [.. entries.Select(entry => entry.Deserialize(ContractsJson.Default.RolloutView)!).OrderByDescending(rollout => rollout.CreatedAt)];
    }

    private async Task<List<JsonElement>> ListAsync(string directory, CancellationToken cancellationToken)
    {
        var summaries = new List<JsonElement>();
        for (string? after = null; ;)
        {
            var page = await _directories[directory].InvokeMethodAsync<DirectoryQuery, DirectoryPage>(DirectoryActorMethods.List, new DirectoryQuery(after, PageMax), cancellationToken);
            summaries.AddRange(page.Entries.Select(entry => entry.Summary).OfType<JsonElement>());
            if (page.Entries.Count < PageMax)
            {
                return summaries;
            }

            after = page.Entries[^1].Key;
        }
    }
}
