using System.Globalization;
using System.Text;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Simulator.Ledgers;

/// <summary>The identity of one sample.</summary>
public readonly record struct SampleKey(DeviceId Device, long Boot, long Seq);

/// <summary>
/// What a ledger file tells. A sample is in <see cref="Sent"/> before it first goes out, and in <see cref="Acked"/> or
/// <see cref="Failed"/> after the broker said so. Files of several runs may be one: boots keep them apart.
/// </summary>
public sealed record Ledger(IReadOnlySet<SampleKey> Sent, IReadOnlySet<SampleKey> Acked, IReadOnlySet<SampleKey> Failed)
{
    internal const string SentWord = "sent";
    internal const string AckedWord = "acked";
    internal const string FailedWord = "failed";

    /// <summary>Reads a ledger, also one that is being written. What follows the last line end was cut off by a kill and is ignored.</summary>
    /// <exception cref="InvalidDataException">A whole line is not of the format.</exception>
    public static Ledger Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return Parse(reader.ReadToEnd());
    }

    internal static Ledger Parse(string text)
    {
        var (sent, acked, failed) = (new HashSet<SampleKey>(), new HashSet<SampleKey>(), new HashSet<SampleKey>());
        var number = 0;
        foreach (var line in text.AsSpan()[..(text.LastIndexOf('\n') + 1)].EnumerateLines())
        {
            number++;
            if (line.IsEmpty)
            {
                continue;
            }

            if (!TryParseLine(line, out var word, out var key))
            {
                throw new InvalidDataException($"Line {number} is no ledger line: '{line}'.");
            }

            (word is SentWord ? sent : word is AckedWord ? acked : failed).Add(key);
        }

        return new Ledger(sent, acked, failed);
    }

    private static bool TryParseLine(ReadOnlySpan<char> line, out ReadOnlySpan<char> word, out SampleKey key)
    {
        Span<Range> parts = stackalloc Range[5];
        key = default;
        word = default;
        if (line.Split(parts, ' ') != 4)
        {
            return false;
        }

        word = line[parts[0]];
        if (word is not (SentWord or AckedWord or FailedWord)
            || !DeviceId.TryParse(line[parts[1]].ToString(), out var device)
            || !long.TryParse(line[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out var boot)
            || !long.TryParse(line[parts[3]], NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
        {
            return false;
        }

        key = new SampleKey(device, boot, seq);
        return true;
    }
}
