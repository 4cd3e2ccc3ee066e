using System.Text.Json.Serialization;

namespace DeviceFleet.Contracts.Provisioning;

/// <summary>Body of <c>POST /mqtt/authenticate</c>, as EMQX's HTTP authentication sends it when it is told <c>${username}</c>, <c>${password}</c>, <c>${clientid}</c>.</summary>
public sealed record MqttAuthenticate
{
    /// <summary>MQTT user name.</summary>
    [JsonPropertyName("username")]
    public string? Username { get; init; }

    /// <summary>MQTT password.</summary>
    [JsonPropertyName("password")]
    public string? Password { get; init; }

    /// <summary>MQTT client id.</summary>
    [JsonPropertyName("clientid")]
    public string? ClientId { get; init; }
}

/// <summary>Body of <c>POST /mqtt/authorize</c>, as EMQX's HTTP authorization sends it.</summary>
public sealed record MqttAuthorize
{
    /// <summary>MQTT user name.</summary>
    [JsonPropertyName("username")]
    public string? Username { get; init; }

    /// <summary>MQTT client id.</summary>
    [JsonPropertyName("clientid")]
    public string? ClientId { get; init; }

    /// <summary>Topic or filter.</summary>
    [JsonPropertyName("topic")]
    public string? Topic { get; init; }

    /// <summary><c>publish</c> or <c>subscribe</c>.</summary>
    [JsonPropertyName("action")]
    public string? Action { get; init; }
}

/// <summary>Answer to both, as EMQX reads it.</summary>
public sealed record MqttVerdict
{
    /// <summary><c>allow</c>, <c>deny</c>; <c>ignore</c> when nobody could decide now.</summary>
    [JsonPropertyName("result")]
    public required string Result { get; init; }

    /// <summary>One of <see cref="Devices.RejectionReasons"/> when denied. EMQX ignores it.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    /// <summary>For a person. EMQX ignores it.</summary>
    [JsonPropertyName("detail")]
    public string? Detail { get; init; }
}
