using System.Buffers;
using System.IO.Pipelines;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>Reads memory that somebody else owns. Reused from request to request.</summary>
internal sealed class MemoryReadStream : Stream
{
    private ReadOnlyMemory<byte> _rest;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Reset(ReadOnlyMemory<byte> body) => _rest = body;

    /// <summary>What has not been read, for another reader; nothing is left here.</summary>
    public ReadOnlyMemory<byte> TakeRest()
    {
        var rest = _rest;
        _rest = default;
        return rest;
    }

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest.Span[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Collects an answer's body; pipe and stream write to the same place.</summary>
internal sealed class ResponseBuffer : PipeWriter
{
    private const int KeptMax = 8 * 1024;
    private byte[] _buffer = [];
    private int _length;

    public ResponseBuffer() => Stream = new Writing(this);

    /// <summary>Awaited before the first byte counts as sent.</summary>
    public Func<Task> Starting { get; set; } = static () => Task.CompletedTask;

    public Stream Stream { get; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => 0;

    /// <summary>The body; the buffer is empty afterwards.</summary>
    public byte[] Take()
    {
        var body = _length == 0 ? [] : _buffer.AsSpan(0, _length).ToArray();
        _length = 0;
        if (_buffer.Length > KeptMax)
        {
            _buffer = [];
        }

        return body;
    }

    public override void Advance(int bytes) => _length += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_length);
    }

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        await Starting();
        return default;
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(Math.Max(_buffer.Length * 2, 1024), _length + count));
        }
    }

    private sealed class Writing(ResponseBuffer owner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        // Kestrel forbids synchronous writes; so does this, lest an app works here and fails there.
        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous writes are not allowed; use WriteAsync.");

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await owner.Starting();
            owner.Write(buffer.Span);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => owner.Starting();

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
