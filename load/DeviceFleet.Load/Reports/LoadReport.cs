using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using HdrHistogram;

namespace DeviceFleet.Load.Reports;

/// <summary>What one run of a scenario came to. What a scenario does not measure is null and left out.</summary>
internal sealed record LoadReport
{
    /// <summary>Name of the scenario.</summary>
    public required string Scenario { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The run's arguments that bear on its numbers.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    public required MachineFacts Machine { get; init; }

    /// <summary>Length of the measured window, seconds.</summary>
    public required double MeasuredSeconds { get; init; }

    /// <summary>Acknowledgements within the window.</summary>
    public long? Messages { get; init; }

    /// <summary>Acknowledgements a second.</summary>
    public double? MessagesPerSecond { get; init; }

    /// <summary>From the moment a message was meant to be sent to its acknowledgement; of a device that was meant to begin until it was connected (provision, reconnect).</summary>
    public LatencyMs? Latency { get; init; }

    /// <summary>The provisioning burst.</summary>
    public ProvisioningFigures? Provisioning { get; init; }

    /// <summary>The reconnect storm.</summary>
    public ReconnectFigures? Reconnect { get; init; }

    public required LoadErrors Errors { get; init; }

    /// <summary>The server's use of the machine; null: it was not told which process it is.</summary>
    public ServerUse? Server { get; init; }

    /// <summary>This process's processor time for each message, microseconds: what the load itself cost.</summary>
    public double? ClientCpuUsPerMessage { get; init; }

    /// <summary>Connections held open without traffic.</summary>
    public int? IdleConnections { get; init; }

    /// <summary>Growth of the server's resident memory for each idle connection, bytes.</summary>
    public double? ServerBytesPerIdleConnection { get; init; }
}

/// <summary>Times in milliseconds.</summary>
internal sealed record LatencyMs(double P50, double P90, double P99, double P999, double Max)
{
    /// <summary>From a histogram of microseconds; null when it is empty.</summary>
    public static LatencyMs? From(HistogramBase us)
    {
        double Ms(double percentile) => us.GetValueAtPercentile(percentile) / 1000.0;
        return us.TotalCount == 0 ? null : new LatencyMs(Ms(50), Ms(90), Ms(99), Ms(99.9), Ms(100));
    }
}

/// <summary>A provisioning burst.</summary>
/// <param name="Devices">Devices that began without an identity.</param>
/// <param name="Connected">Of these, connected with the identity that they were given.</param>
/// <param name="ConnectedPerSecond">The same a second, until the last one ended.</param>
/// <param name="Claims">Claims made, repeated ones included.</param>
/// <param name="Pending">Answers that said to wait.</param>
/// <param name="RepeatedConnects">Connections that were not made at the first attempt.</param>
/// <param name="Busy">Of these, because the broker said that it had no time.</param>
/// <param name="UntilIssued">From the moment a device was meant to begin until it had kept its identity.</param>
internal sealed record ProvisioningFigures(
    int Devices, int Connected, double ConnectedPerSecond, int Claims, int Pending, int RepeatedConnects, int Busy, LatencyMs? UntilIssued);

/// <summary>A reconnect storm.</summary>
/// <param name="Devices">Devices that were cut off.</param>
/// <param name="Connected">Of these, connected again.</param>
/// <param name="Repeated">Attempts that were not taken.</param>
/// <param name="Busy">Of these, because the broker said that it had no time.</param>
/// <param name="ConnAck">From the attempt that was taken to its CONNACK.</param>
internal sealed record ReconnectFigures(int Devices, int Connected, int Repeated, int Busy, LatencyMs? ConnAck);

/// <summary>What went wrong.</summary>
/// <param name="ConnectsFailed">Connections that were not made.</param>
/// <param name="ConnectionsLost">Connections that ended while they were wanted.</param>
/// <param name="Unanswered">Messages of the measured window without an acknowledgement at the end; devices that had no identity, or were not connected with it, in time (provision).</param>
/// <param name="NotSent">Messages that were due, but found the device's window and waiting room full (open loop); devices that did not begin, because the run was cut short.</param>
/// <param name="Examples">Some texts.</param>
internal sealed record LoadErrors(int ConnectsFailed, int ConnectionsLost, long Unanswered, long NotSent, IReadOnlyList<string> Examples)
{
    /// <summary>Devices that were refused for good.</summary>
    public int Refused { get; init; }

    /// <summary>Nothing went wrong.</summary>
    [JsonIgnore]
    public bool None => Refused == 0 && ConnectsFailed == 0 && ConnectionsLost == 0 && Unanswered == 0 && NotSent == 0;
}

/// <summary>The server process during the measured window.</summary>
/// <param name="Pid">Which process.</param>
/// <param name="Cores">Processors kept busy, on average.</param>
/// <param name="CpuUsPerMessage">Processor time for each message, or each device that connected, microseconds; null: there were none.</param>
/// <param name="RssMiBBefore">Resident memory at its start.</param>
/// <param name="RssMiBAfter">Resident memory at its end.</param>
internal sealed record ServerUse(int Pid, double Cores, double? CpuUsPerMessage, double RssMiBBefore, double RssMiBAfter);

/// <summary>Where the run took place.</summary>
/// <param name="Processors">Processors that this process may use.</param>
/// <param name="System">Operating system.</param>
/// <param name="Runtime">.NET.</param>
internal sealed record MachineFacts(int Processors, string System, string Runtime)
{
    public static MachineFacts Read() => new(
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);
}

/// <summary>JSON of reports.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
