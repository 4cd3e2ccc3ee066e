using System.Globalization;
using System.Text;

namespace EmbeddedDapr.Server.Metrics;

/// <summary>What every Prometheus client tells of its process, under the usual names.</summary>
internal static class ProcessMetrics
{
    public static void Write(StringBuilder text)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        Line(text, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", process.TotalProcessorTime.TotalSeconds);
        Line(text, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", process.WorkingSet64);
        Line(text, "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.", (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
        Line(text, "process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.", process.VirtualMemorySize64);
    }

    private static void Line(StringBuilder text, string name, string type, string help, double value) => text
        .Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n')
        .Append(name).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
}
