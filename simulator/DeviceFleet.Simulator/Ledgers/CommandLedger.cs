using System.Globalization;
using System.Text;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Simulator.Ledgers;

/// <summary>A command that a device executed.</summary>
/// <param name="Device">Which device.</param>
/// <param name="Boot">The start of the device that executed it.</param>
/// <param name="CommandId">The command's id.</param>
public readonly record struct ExecutedCommand(DeviceId Device, long Boot, string CommandId);

/// <summary>What a ledger of commands tells: a line for each, written before the command was executed.</summary>
public static class CommandLedger
{
    internal const string ExecutedWord = "executed";

    /// <summary>Every execution in order, also of a ledger that is being written. What follows the last line end was cut off by a kill and is ignored.</summary>
    /// <exception cref="InvalidDataException">A whole line is not of the format.</exception>
    public static IReadOnlyList<ExecutedCommand> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static ExecutedCommand Parse(string line) =>
        line.Split(' ') is [ExecutedWord, var device, var boot, { Length: > 0 } commandId]
            && DeviceId.TryParse(device, out var id) && long.TryParse(boot, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? new ExecutedCommand(id, start, commandId)
            : throw new InvalidDataException($"No line of a command ledger: '{line}'.");
}
