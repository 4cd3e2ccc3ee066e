using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.AspNetCore;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Bookkeeping;

/// <summary>A page of a directory: those of its entries whose keys fall on it. Removed ones stay as what is older than which is late.</summary>
/// <param name="Entries">By key.</param>
internal sealed record StoredDirectoryPage(IReadOnlyDictionary<string, DirectoryEntry> Entries);

/// <summary>How much there is of a day's audit.</summary>
/// <param name="Count">Entries in all.</param>
internal sealed record StoredAuditDay(int Count);

/// <summary>A page of a day's audit.</summary>
/// <param name="Entries">In the order in which they came.</param>
internal sealed record StoredAuditPage(IReadOnlyList<AuditEntry> Entries);

/// <summary>JSON of the stored state, and of what the subscriptions answer.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredDirectoryPage))]
[JsonSerializable(typeof(StoredAuditDay))]
[JsonSerializable(typeof(StoredAuditPage))]
[JsonSerializable(typeof(BulkSubscribeAppResponse))]
internal sealed partial class BookkeepingJson : JsonSerializerContext;
