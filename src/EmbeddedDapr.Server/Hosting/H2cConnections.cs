using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EmbeddedDapr.Server.Hosting;

/// <summary>
/// HTTP/1.1 and HTTP/2 on one port without TLS, as daprd's HTTP port has them: a connection that begins with HTTP/2's preface is HTTP/2 (prior knowledge), one whose first request asks to
/// be upgraded becomes it (RFC 7540, section 3.2). Kestrel itself chooses by TLS's ALPN alone, so that it is told here what ALPN would have said.
/// </summary>
internal static class H2cConnections
{
    // The beginning of "PRI * HTTP/2.0", which no HTTP/1.1 request has.
    private static readonly byte[] PrefaceStart = "PRI "u8.ToArray();

    /// <summary>Adds it to an endpoint.</summary>
    /// <param name="listen">The endpoint; its protocols are set.</param>
    /// <param name="patience">How long a connection may say nothing.</param>
    /// <param name="time">Clock.</param>
    public static void UseH2c(this ListenOptions listen, TimeSpan patience, TimeProvider time)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(next => connection => HandleAsync(connection, next, patience, time));
    }

    private static async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next, TimeSpan patience, TimeProvider time)
    {
        var buffer = await FirstBytesAsync(connection, patience, time);
        if (buffer is not { } first)
        {
            return;
        }

        var input = connection.Transport.Input;
        if (IsPreface(first))
        {
            input.AdvanceTo(first.Start);
            SayHttp2(connection);
            await next(connection);
        }
        else if (H2cUpgrade.TryRead(first) is { } upgrade)
        {
            input.AdvanceTo(upgrade.End);
            SayHttp2(connection);
            await upgrade.RunAsync(connection, next);
        }
        else
        {
            input.AdvanceTo(first.Start);
            await next(connection);
        }
    }

    /// <summary>Enough to tell the protocols apart, not consumed; null: the other side said nothing, or is gone.</summary>
    private static async ValueTask<ReadOnlySequence<byte>?> FirstBytesAsync(ConnectionContext connection, TimeSpan patience, TimeProvider time)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(both.Token);
                var enough = read.Buffer.Length >= PrefaceStart.Length || !IsPrefaceSoFar(read.Buffer);
                if (!read.Buffer.IsEmpty && (enough || read.IsCompleted))
                {
                    return read.Buffer;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    return null;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return null;
        }
    }

    private static bool IsPreface(in ReadOnlySequence<byte> buffer) => buffer.Length >= PrefaceStart.Length && IsPrefaceSoFar(buffer);

    private static bool IsPrefaceSoFar(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> begin = stackalloc byte[(int)Math.Min(buffer.Length, PrefaceStart.Length)];
        buffer.Slice(0, begin.Length).CopyTo(begin);
        return begin.SequenceEqual(PrefaceStart.AsSpan(0, begin.Length));
    }

    private static void SayHttp2(ConnectionContext connection)
    {
        var said = new SaidHttp2();
        connection.Features.Set<ITlsConnectionFeature>(said);
        connection.Features.Set<ITlsApplicationProtocolFeature>(said);
    }

    /// <summary>What a TLS handshake that chose HTTP/2 would have left behind. There was none, and no certificate.</summary>
    private sealed class SaidHttp2 : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }
}
