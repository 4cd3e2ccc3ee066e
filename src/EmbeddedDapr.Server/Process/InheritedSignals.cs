using System.Globalization;
using System.Runtime.InteropServices;

namespace EmbeddedDapr.Server.Process;

/// <summary>
/// Shells start background jobs with SIGINT ignored, and that is inherited. .NET respects it: a handler for such a signal is never called. daprd is a program that people stop by
/// signals whoever started it, so the default is put back first.
/// </summary>
internal static class InheritedSignals
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const string IgnoredPrefix = "SigIgn:";

    public static void Honour()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var ignored = Ignored();
        foreach (var signal in (int[])[Interrupt, Terminate])
        {
            // Only what is ignored is touched: the runtime has handlers of its own.
            if ((ignored >> (signal - 1) & 1) == 1)
            {
                _ = NativeMethods.Signal(signal, nint.Zero);
            }
        }
    }

    private static ulong Ignored()
    {
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(IgnoredPrefix, StringComparison.Ordinal));
            return line is not null && ulong.TryParse(line.AsSpan(IgnoredPrefix.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask) ? mask : 0;
        }
        catch (IOException)
        {
            return 0; // no /proc: as it is
        }
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "signal")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nint Signal(int signal, nint handler);
    }
}
