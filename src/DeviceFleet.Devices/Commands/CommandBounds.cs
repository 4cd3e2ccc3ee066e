using System.Runtime.InteropServices;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Documents;

namespace DeviceFleet.Devices.Commands;

/// <summary>Holds commands to <see cref="CommandLimits"/>.</summary>
internal static class CommandBounds
{
    private const int SenderLengthMax = 128;

    /// <summary>All that is wrong with a request, one sentence each, for a person.</summary>
    public static IReadOnlyList<string> FaultsOf(CommandRequest request)
    {
        var faults = new List<string>();
        if (request.Name.Length is 0 or > CommandLimits.NameLengthMax || !request.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            faults.Add($"A command's name has 1 to {CommandLimits.NameLengthMax} characters of A-Z a-z 0-9 . _ -.");
        }

        if (request.Key is { Length: 0 or > CommandLimits.KeyLengthMax })
        {
            faults.Add($"An idempotency key has 1 to {CommandLimits.KeyLengthMax} characters.");
        }

        if (request.Args is { } args && FaultOf(args) is { } fault)
        {
            faults.Add($"The arguments {fault}.");
        }

        if (!IsWithin(request.ExpiresInMs, CommandLimits.ExpiresInMax))
        {
            faults.Add($"A command expires after 1 ms to {CommandLimits.ExpiresInMax.TotalDays} days.");
        }

        if (!IsWithin(request.TimeoutMs, CommandLimits.TimeoutMax))
        {
            faults.Add($"A device is given 1 ms to {CommandLimits.TimeoutMax.TotalHours} hours.");
        }

        if (request.By.Length is 0 or > SenderLengthMax)
        {
            faults.Add($"The sender's name has 1 to {SenderLengthMax} characters.");
        }

        return faults;
    }

    /// <summary>What is wrong with arguments or a result, as the end of a sentence; null: nothing.</summary>
    public static string? FaultOf(JsonElement value) => CompactJson.BytesOf(value) switch
    {
        null => "are no Unicode",
        > CommandLimits.JsonBytesMax and var bytes => $"have {bytes} bytes; at most {CommandLimits.JsonBytesMax} are taken",
        _ => CompactJson.DepthOf(value) is var depth and > CommandLimits.JsonDepthMax ? $"are nested {depth} deep; at most {CommandLimits.JsonDepthMax} are taken" : null,
    };

    /// <summary>What arguments and result take, in bytes.</summary>
    public static long BytesOf(DeviceCommand command) => BytesOf(command.Args) + BytesOf(command.Result);

    /// <inheritdoc cref="BytesOf(DeviceCommand)"/>
    public static long BytesOf(JsonElement? value) => value is { } element ? JsonMarshal.GetRawUtf8Value(element).Length : 0;

    /// <summary>As many ended commands, from the last back, as are remembered.</summary>
    public static IReadOnlyList<DeviceCommand> Newest(IReadOnlyList<DeviceCommand> ended)
    {
        var from = ended.Count;
        for (var bytes = 0L; from > 0 && ended.Count - from < CommandLimits.EndedKeptMax; from--)
        {
            bytes += BytesOf(ended[from - 1]);
            if (bytes > CommandLimits.EndedBytesMax)
            {
                break;
            }
        }

        return [.. ended.Skip(from)];
    }

    private static bool IsWithin(long? milliseconds, TimeSpan most) => milliseconds is null || (milliseconds >= 1 && milliseconds <= (long)most.TotalMilliseconds);
}
