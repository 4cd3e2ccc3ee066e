using Microsoft.Extensions.Configuration;

namespace DeviceFleet.Workflows.Worker;

/// <summary>Where the sidecar is, as Dapr's clients find it.</summary>
internal static class SidecarAddress
{
    private const string DefaultPort = "50001";

    /// <summary>The endpoint named whole wins over the port; host and scheme default to this machine, without TLS.</summary>
    public static Uri Find(IConfiguration? configuration) =>
        Setting(configuration, "DAPR_GRPC_ENDPOINT") is { } endpoint
            ? new Uri(endpoint.Contains("://", StringComparison.Ordinal) ? endpoint : "http://" + endpoint)
            : new Uri($"http://127.0.0.1:{Setting(configuration, "DAPR_GRPC_PORT") ?? DefaultPort}");

    public static string? Token(IConfiguration? configuration) => Setting(configuration, "DAPR_API_TOKEN");

    private static string? Setting(IConfiguration? configuration, string name)
    {
        var value = configuration?[name] ?? Environment.GetEnvironmentVariable(name);
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }
}
