using Microsoft.Win32.SafeHandles;

namespace DeviceFleet.Simulator.Files;

/// <summary>
/// A file that lines are appended to. Every line is handed to the operating system in one write before the call returns, so that the end of this process, however sudden, loses
/// none. Thread-safe.
/// </summary>
internal sealed class LineFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _flushing = new(1, 1);
    private long _length;
    private long _flushed;

    private LineFile(SafeFileHandle file, long length)
    {
        _file = file;
        _length = length;
        _flushed = length;
    }

    /// <summary>Opens or makes the file, and cuts off a line that an earlier run could not finish: continued, it could pass for a whole one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ownerOnly">It holds secrets: nobody else may read it.</param>
    public static LineFile Open(string path, bool ownerOnly = false)
    {
        if (ownerOnly)
        {
            OwnerOnly.Ensure(path);
        }

        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var whole = LengthOfWholeLines(file);
            RandomAccess.SetLength(file, whole);
            return new LineFile(file, whole);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Appends one line, its end included.</summary>
    public void Append(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            RandomAccess.Write(_file, line, _length);
            _length += line.Length;
        }
    }

    /// <summary>Appends one line and answers when it is on disk. Calls that come while the disk is at work share the next flush.</summary>
    public async Task AppendDurablyAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        long end;
        lock (_lock)
        {
            Append(line.Span);
            end = _length;
        }

        await _flushing.WaitAsync(cancellationToken);
        try
        {
            if (_flushed >= end)
            {
                return;
            }

            long written;
            lock (_lock)
            {
                written = _length;
            }

            RandomAccess.FlushToDisk(_file);
            _flushed = written;
        }
        finally
        {
            _flushing.Release();
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _flushing.Dispose();
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
