using DeviceFleet.Load.Reports;

namespace DeviceFleet.Load.Servers;

/// <summary>Turns two readings of the server's process into what it used between them.</summary>
internal static class ServerMeasure
{
    private const double MiB = 1024 * 1024;

    /// <summary>Null unless there are both readings. <paramref name="residentBefore"/> takes the place of the first reading's memory.</summary>
    public static ServerUse? Between(
        int? pid, ProcessReading? first, ProcessReading? second, double seconds, long messages, long? residentBefore = null)
    {
        if (pid is not { } id || first is not { } from || second is not { } to)
        {
            return null;
        }

        var cpu = to.Cpu - from.Cpu;
        return new ServerUse(
            id,
            seconds > 0 ? cpu.TotalSeconds / seconds : 0,
            messages > 0 ? cpu.TotalMicroseconds / messages : null,
            (residentBefore ?? from.ResidentBytes) / MiB,
            to.ResidentBytes / MiB);
    }
}
