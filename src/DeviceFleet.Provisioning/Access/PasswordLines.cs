using System.Globalization;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Bookkeeping;
using DeviceFleet.Provisioning.Identities;

namespace DeviceFleet.Provisioning.Access;

/// <summary>
/// The lines of Mosquitto's password file: <c>id:$7$iterations$salt$hash</c>. The format has one password a user; of several open credentials the newest counts. Read page by page, as the
/// directories of identities hold them.
/// </summary>
internal sealed class PasswordLines(DirectoryActors directories, IdentityActors identities)
{
    public const string Route = "mqtt/passwords";

    private const int PageSize = 250;
    private const int AtOnce = 16;
    private const char Separator = '/';

    /// <summary>A page of lines, and what to ask for next; null: that was all.</summary>
    public async Task<(string Lines, string? Next)> ReadAsync(string? after, CancellationToken cancellationToken)
    {
        var (shard, key) = Position(after);
        var page = await directories.ListAsync(DirectoryIds.Identities(shard), new DirectoryQuery(key, PageSize), cancellationToken);
        var lines = new string?[page.Entries.Count];
        await Parallel.ForEachAsync(page.Entries.Index(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (entry, token) =>
            lines[entry.Index] = await LineAsync(entry.Item, token));
        var text = string.Concat(lines.OfType<string>());
        if (page.Entries.Count == PageSize)
        {
            return (text, string.Create(CultureInfo.InvariantCulture, $"{shard}{Separator}{page.Entries[^1].Key}"));
        }

        return (text, shard + 1 < DirectoryIds.IdentityShards ? string.Create(CultureInfo.InvariantCulture, $"{shard + 1}{Separator}") : null);
    }

    private static (int Shard, string? Key) Position(string? after)
    {
        var parts = after?.Split(Separator, 2);
        return parts is [var number, var key] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var shard) && shard < DirectoryIds.IdentityShards
            ? (shard, key.Length == 0 ? null : key)
            : (0, null);
    }

    private async Task<string?> LineAsync(DirectoryEntry entry, CancellationToken cancellationToken)
    {
        if (!DeviceId.TryParse(entry.Key, out var device)
            || entry.Summary?.Deserialize(ContractsJson.Default.IdentitySummary) is not { State: LifecycleState.Active or LifecycleState.Provisioning })
        {
            return null;
        }

        var verifiers = await identities.GetVerifiersAsync(device, cancellationToken);
        return verifiers.Verifiers is [.., var newest] ? string.Create(CultureInfo.InvariantCulture, $"{device}:$7${newest.Iterations}${newest.Salt}${newest.Hash}\n") : null;
    }
}
