using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Sidecar;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Provisioning.Access;

/// <summary>
/// What MQTT brokers ask over HTTP: who is it (EMQX 5, HTTP authentication), may it (EMQX 5, HTTP authorization), and whom to let in (Mosquitto's password file). Only who has the
/// service's token may ask, as with all that the sidecar calls.
/// </summary>
internal static class AccessEndpoints
{
    private const int BodyBytesMax = 16 * 1024;
    private const string Allow = "allow";
    private const string Deny = "deny";
    private const string NextHeader = "X-Next";

    public static void MapAccess(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/" + ProvisioningRoutes.Authenticate, AuthenticateAsync).ForSidecar();
        endpoints.MapPost("/" + ProvisioningRoutes.Authorize, AuthorizeAsync).ForSidecar();
        endpoints.MapGet("/" + PasswordLines.Route, PasswordsAsync).ForSidecar();
    }

    private static async Task<Results<JsonHttpResult<MqttVerdict>, ProblemHttpResult>> AuthenticateAsync(HttpRequest request, IMqttAccess access, AccessRefusals refusals)
    {
        if (await ReadAsync(request, ContractsJson.Default.MqttAuthenticate) is not { } asked)
        {
            return Malformed();
        }

        var password = Encoding.UTF8.GetBytes(asked.Password ?? "");
        return Answer(await access.AuthenticateAsync(asked.Username, password, asked.ClientId, request.HttpContext.RequestAborted), asked.Username, null, refusals);
    }

    private static async Task<Results<JsonHttpResult<MqttVerdict>, ProblemHttpResult>> AuthorizeAsync(HttpRequest request, AccessRefusals refusals)
    {
        if (await ReadAsync(request, ContractsJson.Default.MqttAuthorize) is not { } asked)
        {
            return Malformed();
        }

        return Answer(Decide(asked), asked.Username, asked.Topic, refusals);
    }

    /// <summary>Pure: the rules are those of the embedded broker.</summary>
    internal static MqttVerdict Decide(MqttAuthorize asked)
    {
        var isClaim = asked.Username == MqttAccounts.Provision;
        var name = isClaim && asked.ClientId?.StartsWith(MqttAccounts.ClaimClientPrefix, StringComparison.Ordinal) == true
            ? asked.ClientId[MqttAccounts.ClaimClientPrefix.Length..]
            : asked.ClientId;
        if (!DeviceId.TryParse(name, out var self) || (!isClaim && asked.Username != self.Value))
        {
            return new MqttVerdict { Result = Deny, Reason = RejectionReasons.WrongClientId, Detail = "The client id is not the user's own." };
        }

        var topic = asked.Topic ?? "";
        (string Reason, string Detail)? refusal = asked.Action switch
        {
            "publish" => MqttAccess.Publish(self, isClaim, topic),
            "subscribe" => MqttAccess.Subscribe(self, isClaim, topic),
            _ => (RejectionReasons.WrongTopic, "Neither publish nor subscribe."),
        };
        return refusal is { } no ? new MqttVerdict { Result = Deny, Reason = no.Reason, Detail = no.Detail } : new MqttVerdict { Result = Allow };
    }

    private static async Task<ContentHttpResult> PasswordsAsync(HttpContext context, PasswordLines lines, string? after)
    {
        var (page, next) = await lines.ReadAsync(after, context.RequestAborted);
        if (next is not null)
        {
            context.Response.Headers[NextHeader] = next;
        }

        return TypedResults.Text(page, "text/plain");
    }

    private static JsonHttpResult<MqttVerdict> Answer(MqttVerdict verdict, string? user, string? topic, AccessRefusals refusals)
    {
        if (verdict.Reason is not null)
        {
            refusals.Tell(verdict, user, topic);
        }

        return TypedResults.Json(verdict, ContractsJson.Default.MqttVerdict);
    }

    private static ProblemHttpResult Malformed() => TypedResults.Problem("The body is not what the broker was to send; see docs/operations.md.", statusCode: StatusCodes.Status400BadRequest);

    private static async Task<T?> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type)
        where T : class
    {
        if (request.ContentLength > BodyBytesMax)
        {
            return null;
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, request.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
