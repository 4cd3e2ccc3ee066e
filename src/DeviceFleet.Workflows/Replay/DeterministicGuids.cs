using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DeviceFleet.Workflows.Replay;

/// <summary>
/// Ids that look random and are the same in every replay: name-based UUIDs (RFC 4122, version 5). Seed and names are those of Dapr.Workflow, so that an
/// instance it began goes on here with the same ids.
/// </summary>
internal sealed class DeterministicGuids(string seedText, string instanceId)
{
    private static readonly Guid SeedNamespace = new("6f927a2e-9c7e-4a1d-9b8d-7a86f2e7f62f");
    private readonly Guid _seed = Guid.TryParse(seedText, out var guid) ? guid : Of(SeedNamespace, seedText);
    private int _count;

    public Guid Next() => Of(_seed, string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{_count++}"));

    /// <summary>The id of one call of an activity.</summary>
    public string TaskExecutionId(int taskId, string activity) =>
        Of(_seed, string.Create(CultureInfo.InvariantCulture, $"{instanceId}|activity|{taskId}|{activity}")).ToString("N");

    /// <summary>The UUID of a name within a name space.</summary>
    public static Guid Of(Guid space, string name)
    {
        var data = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        space.TryWriteBytes(data, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, data.AsSpan(16));
#pragma warning disable CA5350 // the algorithm of RFC 4122, not a safeguard
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(data, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
