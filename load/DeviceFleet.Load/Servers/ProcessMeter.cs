using System.Globalization;

namespace DeviceFleet.Load.Servers;

/// <summary>What a process has used until now.</summary>
/// <param name="Cpu">Processor time of all its threads.</param>
/// <param name="ResidentBytes">Memory in RAM.</param>
internal readonly record struct ProcessReading(TimeSpan Cpu, long ResidentBytes);

/// <summary>Reads another process's use of the machine from procfs (proc(5)).</summary>
internal static class ProcessMeter
{
    private const double TicksPerSecond = 100; // USER_HZ, which Linux keeps at 100 towards programs
    private const int UserTicks = 11; // fields after the command's name: state is 0, utime 11, stime 12
    private const int SystemTicks = 12;

    /// <summary>Null: no process was named.</summary>
    /// <exception cref="IOException">There is no such process, or no procfs.</exception>
    public static ProcessReading? TryRead(int? pid) => pid is { } id ? Read(id) : null;

    /// <exception cref="IOException">There is no such process, or no procfs.</exception>
    public static ProcessReading Read(int pid) =>
        new(ParseCpu(File.ReadAllText($"/proc/{pid}/stat")), ParseResident(File.ReadLines($"/proc/{pid}/status")));

    /// <summary>The command's name stands in brackets and may hold blanks and brackets itself: what counts begins after the last one.</summary>
    internal static TimeSpan ParseCpu(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[UserTicks], CultureInfo.InvariantCulture) + long.Parse(fields[SystemTicks], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    internal static long ParseResident(IEnumerable<string> status)
    {
        const string name = "VmRSS:";
        var line = status.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) ?? throw new IOException("The process has ended.");
        var kib = line[name.Length..].Trim().Split(' ')[0];
        return long.Parse(kib, CultureInfo.InvariantCulture) * 1024;
    }
}
