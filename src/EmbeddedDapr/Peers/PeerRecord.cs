using System.Text.Json.Serialization;

namespace EmbeddedDapr.Peers;

/// <summary>What a sidecar tells the others of this machine about itself.</summary>
internal sealed record PeerRecord
{
    /// <summary>Its app.</summary>
    public required string AppId { get; init; }

    /// <summary>Its process.</summary>
    public required int Pid { get; init; }

    /// <summary>The process that started it, as far as known: together with the folder it tells runs apart that use the same ids.</summary>
    public int Launcher { get; init; }

    /// <summary>Folder it was started in.</summary>
    public string Folder { get; init; } = string.Empty;

    /// <summary>Port of its HTTP API, by which a list of peers may name it.</summary>
    public int HttpPort { get; init; }

    /// <summary>Port of its peers.</summary>
    public required int Port { get; init; }

    /// <summary>What it wants to be shown.</summary>
    public required string Token { get; init; }

    /// <summary>Processes that were started together.</summary>
    [JsonIgnore]
    public (int Launcher, string Folder) Run => (Launcher, Folder);
}

[JsonSerializable(typeof(PeerRecord))]
internal sealed partial class PeerJson : JsonSerializerContext;
