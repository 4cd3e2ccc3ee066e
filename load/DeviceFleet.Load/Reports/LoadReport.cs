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

    /// <summary>From the moment a message was meant to be sent to its acknowledgement.</summary>
    public LatencyMs? Latency { get; init; }

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

/// <summary>What went wrong.</summary>
/// <param name="ConnectsFailed">Connections that were not made.</param>
/// <param name="ConnectionsLost">Connections that ended while they were wanted.</param>
/// <param name="Unanswered">Messages of the measured window without an acknowledgement at the end.</param>
/// <param name="NotSent">Messages that were due, but found the device's window and waiting room full (open loop).</param>
/// <param name="Examples">Some texts.</param>
internal sealed record LoadErrors(int ConnectsFailed, int ConnectionsLost, long Unanswered, long NotSent, IReadOnlyList<string> Examples)
{
    /// <summary>Nothing went wrong.</summary>
    [JsonIgnore]
    public bool None => ConnectsFailed == 0 && ConnectionsLost == 0 && Unanswered == 0 && NotSent == 0;
}

/// <summary>The server process during the measured window.</summary>
/// <param name="Pid">Which process.</param>
/// <param name="Cores">Processors kept busy, on average.</param>
/// <param name="CpuUsPerMessage">Processor time for each message, microseconds; null: there were none.</param>
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
