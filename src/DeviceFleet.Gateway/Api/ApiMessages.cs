using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.AspNetCore;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Gateway.Alarms;
using DeviceFleet.Gateway.Commands;
using DeviceFleet.Gateway.Groups;
using DeviceFleet.Gateway.Provisioning;
using DeviceFleet.Gateway.Settings;
using DeviceFleet.Gateway.Rollouts;
using DeviceFleet.Gateway.Subscriptions;

namespace DeviceFleet.Gateway.Api;

/// <summary>Answer of <c>GET /api/session</c>.</summary>
/// <param name="User">Who is signed in.</param>
/// <param name="Role">viewer, operator or admin.</param>
/// <param name="ExpiresAt">Until when, Unix milliseconds UTC; null: not said.</param>
internal sealed record SessionInfo(string User, string Role, long? ExpiresAt);

/// <summary>Answer of <c>GET /api/fleet</c>.</summary>
/// <param name="AsOf">Unix milliseconds UTC.</param>
/// <param name="Counters">Numbers.</param>
internal sealed record FleetInfo(long AsOf, FleetCounters Counters);

/// <summary>Answer of <c>GET /api/devices</c>.</summary>
/// <param name="Total">How many match, on all pages.</param>
/// <param name="Offset">The first of this page.</param>
/// <param name="Limit">Most of a page.</param>
/// <param name="Devices">This page.</param>
internal sealed record DevicePage(int Total, int Offset, int Limit, IReadOnlyList<DeviceRow> Devices);

/// <summary>JSON of what only the gateway says and reads.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SessionInfo))]
[JsonSerializable(typeof(FleetInfo))]
[JsonSerializable(typeof(DevicePage))]
[JsonSerializable(typeof(AlarmPage))]
[JsonSerializable(typeof(AlarmNote))]
[JsonSerializable(typeof(CommandOrder))]
[JsonSerializable(typeof(GroupList))]
[JsonSerializable(typeof(RolloutRequest))]
[JsonSerializable(typeof(RolloutTrial))]
[JsonSerializable(typeof(RolloutReason))]
[JsonSerializable(typeof(RuleTrialOrder))]
[JsonSerializable(typeof(ChoiceOrder))]
[JsonSerializable(typeof(EnrolmentOrder))]
[JsonSerializable(typeof(CodesOrder))]
[JsonSerializable(typeof(RegisterOrder))]
[JsonSerializable(typeof(ReasonNote))]
[JsonSerializable(typeof(CredentialOrder))]
[JsonSerializable(typeof(ImportOrder))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(DeviceId[]))]
[JsonSerializable(typeof(BulkSubscribeAppResponse))]
[JsonSerializable(typeof(IReadOnlyList<RejectedEvent>))]
[JsonSerializable(typeof(EventBatch<TelemetryEvent>), TypeInfoPropertyName = "TelemetryBatch")]
[JsonSerializable(typeof(EventBatch<AlarmEvent>), TypeInfoPropertyName = "AlarmBatch")]
[JsonSerializable(typeof(EventBatch<RejectedEvent>), TypeInfoPropertyName = "RejectedBatch")]
internal sealed partial class GatewayJson : JsonSerializerContext;
