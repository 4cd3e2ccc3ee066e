using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace EmbeddedDapr.Server.Hosting;

/// <summary>
/// A request with <c>Upgrade: h2c</c>. It is answered with 101, then as stream 1 of the HTTP/2 connection that follows: the request is put into HTTP/2's form behind the client's own
/// preface and settings. Requests with a body, or ones that are not quite right, are no upgrades: HTTP/1.1 goes on, as RFC 7540 allows.
/// </summary>
internal sealed class H2cUpgrade
{
    private const int FrameHeaderBytes = 9;
    private const int FrameBytesMax = 16 * 1024;
    private const byte HeadersFrame = 1;
    private const byte EndStreamAndHeaders = 0x5;
    private const int PrefaceBytes = 24;
    private static readonly byte[] Switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"u8.ToArray();
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "upgrade", "http2-settings", "keep-alive", "proxy-connection", "transfer-encoding", "host", "content-length", "te",
    };

    private readonly byte[] _request;

    private H2cUpgrade(byte[] request, SequencePosition end) => (_request, End) = (request, end);

    /// <summary>Where the request ends in what was read.</summary>
    public SequencePosition End { get; }

    /// <summary>Null: no upgrade.</summary>
    public static H2cUpgrade? TryRead(in ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> head, "\r\n\r\n"u8) || head.Length > FrameBytesMax)
        {
            return null;
        }

        var lines = Encoding.Latin1.GetString(head).Split("\r\n");
        var headers = new List<(string Name, string Value)>(lines.Length);
        foreach (var line in lines.Skip(1))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon))
            {
                return null;
            }

            headers.Add((line[..colon], line[(colon + 1)..].Trim()));
        }

        return IsUpgrade(headers) && lines[0].Split(' ') is [var method, var path, "HTTP/1.1"] && path.StartsWith('/') && Single(headers, "host") is { } host && Frame(method, path, host, headers) is { } frame
            ? new H2cUpgrade(frame, reader.Position)
            : null;
    }

    /// <summary>Answers 101 and serves the connection as HTTP/2.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var transport = connection.Transport;
        await transport.Output.WriteAsync(Switching, connection.ConnectionClosed);
        var pipe = new Pipe();
        connection.Transport = new Duplex(pipe.Reader, transport.Output);
        var pumping = PumpAsync(transport.Input, pipe.Writer);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
            await pipe.Reader.CompleteAsync();
            transport.Input.CancelPendingRead();
            await pumping;
        }
    }

    /// <summary>Whether the fields ask for it in the way that RFC 7540, section 3.2, wants, and there is no body.</summary>
    internal static bool IsUpgrade(IReadOnlyList<(string Name, string Value)> headers) =>
        Single(headers, "upgrade") is { } protocols && protocols.Split(',', StringSplitOptions.TrimEntries).Contains("h2c", StringComparer.OrdinalIgnoreCase)
        && Single(headers, "http2-settings") is { } settings && IsBase64Url(settings)
        && Single(headers, "connection") is { } options
        && options.Split(',', StringSplitOptions.TrimEntries) is var tokens && tokens.Contains("upgrade", StringComparer.OrdinalIgnoreCase) && !tokens.Contains("close", StringComparer.OrdinalIgnoreCase)
        && Single(headers, "transfer-encoding") is null && Single(headers, "content-length") is null or "0";

    private static string? Single(IReadOnlyList<(string Name, string Value)> headers, string name)
    {
        var values = headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToList();
        return values.Count == 0 ? null : values.Count == 1 ? values[0] : string.Join(',', values);
    }

    private static bool IsBase64Url(string text) => text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '=');

    /// <summary>The request as a HEADERS frame of stream 1, all fields literal; null: it does not fit into one.</summary>
    private static byte[]? Frame(string method, string path, string host, List<(string Name, string Value)> headers)
    {
        var block = new ArrayBufferWriter<byte>();
        Literal(block, ":method", method);
        Literal(block, ":scheme", "http");
        Literal(block, ":authority", host);
        Literal(block, ":path", path);
        foreach (var (name, value) in headers)
        {
            if (!OfTheConnection.Contains(name))
            {
                Literal(block, name.ToLowerInvariant(), value);
            }
        }

        if (block.WrittenCount > FrameBytesMax)
        {
            return null;
        }

        var frame = new byte[FrameHeaderBytes + block.WrittenCount];
        (frame[0], frame[1], frame[2]) = ((byte)(block.WrittenCount >> 16), (byte)(block.WrittenCount >> 8), (byte)block.WrittenCount);
        (frame[3], frame[4]) = (HeadersFrame, EndStreamAndHeaders);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), 1);
        block.WrittenSpan.CopyTo(frame.AsSpan(FrameHeaderBytes));
        return frame;
    }

    /// <summary>RFC 7541, section 6.2.2: not indexed, both parts as they are.</summary>
    private static void Literal(ArrayBufferWriter<byte> block, string name, string value)
    {
        block.Write(stackalloc byte[] { 0 });
        Text(block, name);
        Text(block, value);
    }

    private static void Text(ArrayBufferWriter<byte> block, string text)
    {
        const int PrefixMax = 127;
        var length = text.Length;
        if (length < PrefixMax)
        {
            block.Write(stackalloc byte[] { (byte)length });
        }
        else
        {
            block.Write(stackalloc byte[] { PrefixMax });
            length -= PrefixMax;
            while (length >= 128)
            {
                block.GetSpan(1)[0] = (byte)((length % 128) + 128);
                block.Advance(1);
                length /= 128;
            }

            block.Write(stackalloc byte[] { (byte)length });
        }

        block.Write(Encoding.Latin1.GetBytes(text));
    }

    /// <summary>The client's preface and first frame, the request, then everything else as it comes.</summary>
    private async Task PumpAsync(PipeReader from, PipeWriter to)
    {
        var isRequestOut = false;
        try
        {
            while (true)
            {
                var read = await from.ReadAsync();
                var buffer = read.Buffer;
                if (!isRequestOut && FirstFrameEnd(buffer) is { } end)
                {
                    Copy(buffer.Slice(0, end), to);
                    to.Write(_request);
                    isRequestOut = true;
                    buffer = buffer.Slice(end);
                }

                if (isRequestOut)
                {
                    Copy(buffer, to);
                    from.AdvanceTo(buffer.End);
                    if ((await to.FlushAsync()).IsCompleted)
                    {
                        return;
                    }
                }
                else
                {
                    from.AdvanceTo(buffer.Start, buffer.End);
                }

                if (read.IsCompleted || read.IsCanceled)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The connection is gone, which the end of the pipe tells.
        }
        finally
        {
            await to.CompleteAsync();
        }
    }

    private static long? FirstFrameEnd(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < PrefaceBytes + FrameHeaderBytes)
        {
            return null;
        }

        Span<byte> length = stackalloc byte[3];
        buffer.Slice(PrefaceBytes, 3).CopyTo(length);
        var payload = (length[0] << 16) | (length[1] << 8) | length[2];

        // A frame that large is an error that the server tells when it sees it.
        var end = PrefaceBytes + FrameHeaderBytes + (payload > FrameBytesMax ? 0 : payload);
        return buffer.Length >= end ? end : null;
    }

    private static void Copy(in ReadOnlySequence<byte> buffer, PipeWriter to)
    {
        foreach (var segment in buffer)
        {
            to.Write(segment.Span);
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
