using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Gateway.AsyncApi;

/// <summary>
/// JSON schemas of what travels by MQTT: shapes from the contracts, bounds as docs/mqtt.md has them. What the service sets itself is not part of a payload.
/// </summary>
internal static class PayloadSchemas
{
    public const string Telemetry = "Telemetry";

    private const int MetricsMax = 64;
    private const int MetricNameLengthMax = 64;
    private const int ReasonLengthMax = 200;
    private const string NamePattern = "^[A-Za-z0-9._-]+$";

    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true };

    public static JsonObject All() => new()
    {
        [Telemetry] = new JsonObject
        {
            ["oneOf"] = new JsonArray(
                Reference(nameof(TelemetrySample)),
                new JsonObject { ["type"] = "array", ["minItems"] = 1, ["maxItems"] = MqttTopics.SamplesPerMessageMax, ["items"] = Reference(nameof(TelemetrySample)) }),
        },
        [nameof(TelemetrySample)] = Sample(),
        [nameof(StatusReport)] = Status(),
        [nameof(ReportedPatch)] = Reported(),
        [nameof(TwinRequest)] = new JsonObject { ["description"] = "The payload says nothing: any will do, also none." },
        [nameof(CommandAnswer)] = Answer(),
        [nameof(DesiredMessage)] = Desired(),
        [nameof(CommandMessage)] = Command(),
        [nameof(CredentialMessage)] = Credentials(),
        [nameof(ProvisionClaim)] = Claim(),
        [nameof(ProvisionAnswer)] = ClaimAnswer(),
    };

    public static JsonObject Reference(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };

    private static JsonObject Sample()
    {
        var schema = Export(ContractsJson.Default.TelemetrySample);
        Bound(schema, "boot", ("minimum", 0), ("description", "Counts the device's starts, or rises with them."));
        Bound(schema, "seq", ("minimum", 0), ("description", "Counts samples since that start. With boot it identifies the sample, so that one sent twice is counted once."));
        Bound(schema, "ts", ("description", "When it was measured, Unix milliseconds UTC; left out: when it arrives."));
        Bound(
            schema,
            "metrics",
            ("minProperties", 1),
            ("maxProperties", MetricsMax),
            ("propertyNames", new JsonObject { ["minLength"] = 1, ["maxLength"] = MetricNameLengthMax }),
            ("description", "Finite numbers by name."));
        return schema;
    }

    private static JsonObject Status()
    {
        var schema = Export(ContractsJson.Default.StatusReport, "receivedAt");
        Bound(schema, "boot", ("minimum", 0), ("description", "The start of the device that says so; a lower one than known changes nothing."));
        Bound(schema, "reason", ("maxLength", ReasonLengthMax));
        return schema;
    }

    private static JsonObject Reported()
    {
        var schema = Export(ContractsJson.Default.ReportedPatch, "receivedAt");
        Bound(schema, "version", ("minimum", 0), ("description", "The version of reported that the patch was made from. Another than the current is refused; left out: whatever it is."));
        Bound(schema, "patch", ("type", "object"), ("description", $"A JSON merge patch (RFC 7396) of reported, which may be {TwinLimits.DocumentBytesMax} bytes afterwards."));
        return schema;
    }

    private static JsonObject Answer()
    {
        var schema = Export(ContractsJson.Default.CommandAnswer, "receivedAt", "commandId");
        Bound(schema, "accepted", ("description", "The device has it and is at work."));
        Bound(schema, "ok", ("description", "Done, or could not be done; left out: no result yet."));
        Bound(schema, "result", ("description", $"What came of it: any JSON of at most {CommandLimits.JsonBytesMax} bytes."));
        Bound(schema, "error", ("description", $"Why it could not be done; cut at {CommandLimits.ErrorLengthMax} characters."));
        return schema;
    }

    private static JsonObject Desired()
    {
        var schema = Export(ContractsJson.Default.DesiredMessage);
        Bound(schema, "version", ("minimum", 0), ("description", "Version of desired. Ignore one that is not above the last that was taken."));
        Bound(schema, "desired", ("type", "object"), ("description", "Desired, whole."));
        Bound(schema, "delta", ("type", "object"), ("description", "What of it reported did not have when this was sent."));
        Bound(schema, "reportedVersion", ("minimum", 0), ("description", "Version of reported when this was sent: what the next patch may name."));
        return schema;
    }

    private static JsonObject Command()
    {
        var schema = Export(ContractsJson.Default.CommandMessage);
        Bound(schema, "name", ("maxLength", CommandLimits.NameLengthMax), ("pattern", NamePattern));
        Bound(schema, "args", ("description", $"With what: any JSON of at most {CommandLimits.JsonBytesMax} bytes; left out: nothing."));
        Bound(schema, "expiresAt", ("description", "When the device need not begin any more, Unix milliseconds UTC."));
        return schema;
    }

    private static JsonObject Credentials()
    {
        var schema = Export(ContractsJson.Default.CredentialMessage);
        Bound(schema, "secret", ("description", "The password from now on; the user name stays."));
        Bound(schema, "connectBefore", ("description", "When it is taken back if it was not used, Unix milliseconds UTC."));
        return schema;
    }

    private static JsonObject Claim()
    {
        var schema = Export(ContractsJson.Default.ProvisionClaim);
        Bound(schema, "enrolment", ("maxLength", EnrolmentLimits.IdLengthMax), ("pattern", NamePattern));
        Bound(schema, "hardwareId", ("maxLength", IdentityLimits.HardwareIdLengthMax), ("pattern", "^[A-Za-z0-9][A-Za-z0-9._:-]*$"));
        Bound(
            schema,
            "nonce",
            ("minLength", ProvisionClaim.NonceLengthMin),
            ("maxLength", ProvisionClaim.NonceLengthMax),
            ("pattern", "^[A-Za-z0-9_-]+$"),
            ("description", "Never used before by this hardware."));
        Bound(schema, "expiresAt", ("description", $"Until when the claim counts, Unix milliseconds UTC; at most {EnrolmentLimits.ClaimLifeMax.TotalMinutes} minutes ahead."));
        Bound(schema, "proof", ("description", "Base64: see docs/provisioning.md."));
        return schema;
    }

    private static JsonObject ClaimAnswer()
    {
        var schema = Export(ContractsJson.Default.ProvisionAnswer);
        Bound(schema, "nonce", ("description", "That of the claim which is answered."));
        Bound(schema, "secret", ("description", "Issued: the password. Told until it is used the first time, never afterwards."));
        Bound(schema, "retryAfterMs", ("description", "Pending, or refused for a reason that passes: when to ask again, with a new nonce."));
        return schema;
    }

    private static JsonObject Export(JsonTypeInfo type, params string[] setByTheService)
    {
        var schema = type.GetJsonSchemaAsNode(Options).AsObject();
        foreach (var member in setByTheService)
        {
            schema["properties"]!.AsObject().Remove(member);
        }

        SayNumbersAsNumbers(schema);
        return schema;
    }

    /// <summary>The reader takes numbers in quotes too (web defaults), but that is no part of the agreement with devices.</summary>
    private static void SayNumbersAsNumbers(JsonNode? node)
    {
        if (node is not JsonObject schema)
        {
            return;
        }

        if (schema["type"] is JsonArray types && types.Any(type => type!.GetValue<string>() is "number" or "integer"))
        {
            var kept = types.Select(type => type!.GetValue<string>()).Where(type => type != "string").ToArray();
            schema["type"] = kept.Length == 1 ? kept[0] : new JsonArray([.. kept.Select(type => JsonValue.Create(type))]);
            schema.Remove("pattern");
        }

        foreach (var (_, inner) in schema)
        {
            SayNumbersAsNumbers(inner);
        }
    }

    private static void Bound(JsonObject schema, string member, params (string Name, JsonNode Value)[] bounds)
    {
        var properties = schema["properties"]!.AsObject();

        // A member of any JSON is exported as "true", which has no place for a bound.
        if (properties[member] is not JsonObject bounded)
        {
            properties[member] = bounded = [];
        }

        foreach (var (name, value) in bounds)
        {
            bounded[name] = value;
        }
    }
}
