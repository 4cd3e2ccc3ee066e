using System.Text.Unicode;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Simulator.Files;

namespace DeviceFleet.Simulator.Ledgers;

/// <summary>
/// Appends to a ledger file. Every line is handed to the operating system in one write before the call returns, so that the end of this
/// process, however sudden, loses no line whose send or verdict has happened. Thread-safe.
/// </summary>
internal sealed class LedgerWriter(LineFile file) : IDisposable
{
    /// <summary>Opens or makes the file.</summary>
    public static LedgerWriter Open(string path) => new(LineFile.Open(path));

    public void Sent(DeviceId device, long boot, long seq) => Append(Ledger.SentWord, device, boot, seq);

    public void Acked(DeviceId device, long boot, long seq) => Append(Ledger.AckedWord, device, boot, seq);

    public void Failed(DeviceId device, long boot, long seq) => Append(Ledger.FailedWord, device, boot, seq);

    public void Executed(DeviceId device, long boot, string commandId)
    {
        Span<byte> line = stackalloc byte[192]; // word 8, ids 64 each, a number of at most 19 digits, 4 separators
        Utf8.TryWrite(line, $"{CommandLedger.ExecutedWord} {device.Value} {boot} {commandId}\n", out var length);
        file.Append(line[..length]);
    }

    public void Dispose() => file.Dispose();

    private void Append(string word, DeviceId device, long boot, long seq)
    {
        Span<byte> line = stackalloc byte[128]; // word 6, id 64, two numbers of at most 19 digits, 4 separators
        Utf8.TryWrite(line, $"{word} {device.Value} {boot} {seq}\n", out var length);
        file.Append(line[..length]);
    }
}
