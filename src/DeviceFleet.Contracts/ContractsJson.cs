using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;

namespace DeviceFleet.Contracts;

/// <summary>Source-generated JSON of everything here: web defaults, nulls left out when writing, unknown members ignored when reading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TelemetrySample))]
[JsonSerializable(typeof(IReadOnlyList<TelemetrySample>))]
[JsonSerializable(typeof(IngestRequest))]
[JsonSerializable(typeof(IngestReply))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(StatusReply))]
[JsonSerializable(typeof(RejectionNote))]
[JsonSerializable(typeof(DeviceView))]
[JsonSerializable(typeof(TelemetryEvent))]
[JsonSerializable(typeof(PresenceEvent))]
[JsonSerializable(typeof(RejectedEvent))]
[JsonSerializable(typeof(FleetSnapshot))]
[JsonSerializable(typeof(FleetUpdates))]
[JsonSerializable(typeof(DeviceSnapshot))]
[JsonSerializable(typeof(DeviceSamplesBatch))]
[JsonSerializable(typeof(IReadOnlyList<DeviceRow>))]
public sealed partial class ContractsJson : JsonSerializerContext;
