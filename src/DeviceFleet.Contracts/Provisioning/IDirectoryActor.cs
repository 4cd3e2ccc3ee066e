using System.Text;
using System.Text.Json;
using Dapr.Actors;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Provisioning;

/// <summary>
/// A list of things that have actors of their own, so that they can be found again: which there are, and one summary of each. Ids are in <see cref="DirectoryIds"/>. Called through a
/// JSON proxy with the names in <see cref="DirectoryActorMethods"/>.
/// </summary>
public interface IDirectoryActor : IActor
{
    /// <summary>Takes entries, each unless a newer one is known, or as many are there as there may be. A removal is an entry without summary.</summary>
    Task<DirectoryPage> Put(DirectoryPut put);

    /// <summary>Entries in the order of their keys.</summary>
    Task<DirectoryPage> List(DirectoryQuery query);
}

/// <summary>One thing.</summary>
public sealed record DirectoryEntry
{
    /// <summary>Key.</summary>
    public required string Key { get; init; }

    /// <summary>The newer one wins.</summary>
    public required long Revision { get; init; }

    /// <summary>What a list shows: <see cref="IdentitySummary"/>, <see cref="Enrolment"/>, <c>Release</c> or <c>RolloutView</c> as JSON; null: it is gone.</summary>
    public JsonElement? Summary { get; init; }
}

/// <summary>Entries to take.</summary>
/// <param name="Entries">At most 1,000.</param>
public sealed record DirectoryPut(IReadOnlyList<DirectoryEntry> Entries);

/// <summary>Asks for a page.</summary>
/// <param name="After">The key after which it begins; null: at the beginning.</param>
/// <param name="Take">At most this many, 1 to 1,000.</param>
public sealed record DirectoryQuery(string? After, int Take);

/// <summary>A page.</summary>
/// <param name="Entries">In the order of their keys (ordinal).</param>
/// <param name="Total">How many there are in all.</param>
public sealed record DirectoryPage(IReadOnlyList<DirectoryEntry> Entries, int Total);

/// <summary>What the directory knows of an identity.</summary>
public sealed record IdentitySummary
{
    /// <summary>Where it is in its life.</summary>
    public required LifecycleState State { get; init; }

    /// <summary>Since when, Unix milliseconds UTC.</summary>
    public required long Since { get; init; }

    /// <summary>Hardware id, if any.</summary>
    public string? HardwareId { get; init; }

    /// <summary>Enrolment, if any.</summary>
    public string? EnrolmentId { get; init; }

    /// <summary>The saga that is under way; null: none.</summary>
    public string? Saga { get; init; }

    /// <summary>When its last saga ended, Unix milliseconds UTC; null: none did.</summary>
    public long? SagaEndedAt { get; init; }
}

/// <summary>Names of directories.</summary>
public static class DirectoryIds
{
    /// <summary>Directories that identities are spread over.</summary>
    public const int IdentityShards = 64;

    /// <summary>All enrolments.</summary>
    public const string Enrolments = "enrolments";

    /// <summary>All releases.</summary>
    public const string Releases = "releases";

    /// <summary>All rollouts.</summary>
    public const string Rollouts = "rollouts";

    /// <summary>The directory of one shard of identities.</summary>
    public static string Identities(int shard) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"identities-{shard:D2}");

    /// <summary>The shard of a device; stored, so it must never change (FNV-1a).</summary>
    public static int ShardOf(DeviceId device)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.ASCII.GetBytes(device.Value))
        {
            hash = (hash ^ octet) * 16777619;
        }

        return (int)(hash % IdentityShards);
    }
}

/// <summary>Names of <see cref="IDirectoryActor"/>'s methods on the wire.</summary>
public static class DirectoryActorMethods
{
    /// <summary>The actor type.</summary>
    public const string ActorType = "Directory";

    /// <summary><see cref="IDirectoryActor.Put"/>.</summary>
    public const string Put = nameof(IDirectoryActor.Put);

    /// <summary><see cref="IDirectoryActor.List"/>.</summary>
    public const string List = nameof(IDirectoryActor.List);
}

/// <summary>The audit of one day UTC (id = <c>yyyy-MM-dd</c>). Called through a JSON proxy with the names in <see cref="AuditActorMethods"/>.</summary>
public interface IAuditActor : IActor
{
    /// <summary>Takes entries; those that are known by their id already are dropped.</summary>
    Task<AuditPage> Append(AuditAppend append);

    /// <summary>A page, newest first.</summary>
    Task<AuditPage> List(AuditQuery query);
}

/// <summary>Entries to take.</summary>
/// <param name="Entries">At most 1,000.</param>
public sealed record AuditAppend(IReadOnlyList<AuditEntry> Entries);

/// <summary>Asks for a page of the audit.</summary>
/// <param name="Before">What <see cref="AuditPage.Next"/> said; null: the newest.</param>
/// <param name="Take">1 to 500.</param>
/// <param name="DeviceId">Only this device's; null: all.</param>
public sealed record AuditQuery(string? Before, int Take, DeviceId? DeviceId);

/// <summary>Names of <see cref="IAuditActor"/>'s methods on the wire.</summary>
public static class AuditActorMethods
{
    /// <summary>The actor type.</summary>
    public const string ActorType = "Audit";

    /// <summary><see cref="IAuditActor.Append"/>.</summary>
    public const string Append = nameof(IAuditActor.Append);

    /// <summary><see cref="IAuditActor.List"/>.</summary>
    public const string List = nameof(IAuditActor.List);
}
