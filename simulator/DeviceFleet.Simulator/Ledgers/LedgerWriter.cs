using System.Text.Unicode;
using DeviceFleet.Contracts.Devices;
using Microsoft.Win32.SafeHandles;

namespace DeviceFleet.Simulator.Ledgers;

/// <summary>
/// Appends to a ledger file. Every line is handed to the operating system in one write before the call returns, so that the end of this
/// process, however sudden, loses no line whose send or verdict has happened. Thread-safe.
/// </summary>
internal sealed class LedgerWriter : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Lock _lock = new();
    private long _length;

    private LedgerWriter(SafeFileHandle file, long length)
    {
        _file = file;
        _length = length;
    }

    /// <summary>Opens or makes the file, and cuts off a line that an earlier run could not finish: continued, it could pass for a whole one.</summary>
    public static LedgerWriter Open(string path)
    {
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var whole = LengthOfWholeLines(file);
            RandomAccess.SetLength(file, whole);
            return new LedgerWriter(file, whole);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Sent(DeviceId device, long boot, long seq) => Append(Ledger.SentWord, device, boot, seq);

    public void Acked(DeviceId device, long boot, long seq) => Append(Ledger.AckedWord, device, boot, seq);

    public void Failed(DeviceId device, long boot, long seq) => Append(Ledger.FailedWord, device, boot, seq);

    public void Executed(DeviceId device, long boot, string commandId)
    {
        Span<byte> line = stackalloc byte[192]; // word 8, ids 64 each, a number of at most 19 digits, 4 separators
        Utf8.TryWrite(line, $"{CommandLedger.ExecutedWord} {device.Value} {boot} {commandId}\n", out var length);
        Append(line[..length]);
    }

    public void Dispose() => _file.Dispose();

    private void Append(string word, DeviceId device, long boot, long seq)
    {
        Span<byte> line = stackalloc byte[128]; // word 6, id 64, two numbers of at most 19 digits, 4 separators
        Utf8.TryWrite(line, $"{word} {device.Value} {boot} {seq}\n", out var length);
        Append(line[..length]);
    }

    private void Append(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            RandomAccess.Write(_file, line, _length);
            _length += line.Length;
        }
    }

    private static long LengthOfWholeLines(SafeFileHandle file)
    {
        Span<byte> block = stackalloc byte[4096];
        var end = RandomAccess.GetLength(file);
        while (end > 0)
        {
            var start = Math.Max(0, end - block.Length);
            var read = RandomAccess.Read(file, block[..(int)(end - start)], start);
            var newline = block[..read].LastIndexOf((byte)'\n');
            if (newline >= 0)
            {
                return start + newline + 1;
            }

            end = start;
        }

        return 0;
    }
}
