using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;

namespace EmbeddedDapr.Server.Tests.Malformed;

/// <summary>Requests that no client should send, byte for byte as they stand on the wire.</summary>
public sealed class MalformedHttpTests(MalformedHost host) : IClassFixture<MalformedHost>
{
    private const int Requests = 8_000;
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(30);

    private static readonly Gen<string> Path = Gen.Select(
        Gen.OneOf(
            "/v1.0/state/{0}", "/v1.0/state/{0}/{1}", "/v1.0/state/store/{0}", "/v1.0/state/{0}/bulk", "/v1.0/state/store/bulk", "/v1.0/state/store/transaction", "/v1.0-alpha1/state/{0}/query",
            "/v1.0/publish/{0}/{1}", "/v1.0/publish/pubsub/{0}", "/v1.0-alpha1/publish/bulk/{0}/{1}", "/v1.0/publish/pubsub/t", "/v1.0-alpha1/publish/bulk/pubsub/t",
            "/v1.0/bindings/{0}", "/v1.0/secrets/{0}/{1}", "/v1.0/secrets/{0}/bulk", "/v1.0/invoke/{0}/method/{1}", "/v1.0/invoke/app/method/{0}", "/v1.0/configuration/{0}?key={1}",
            "/v1.0/configuration/{0}/subscribe", "/v1.0-alpha1/lock/{0}", "/v1.0-alpha1/unlock/{0}", "/v1.0-alpha1/jobs/{0}", "/v1.0/metadata/{0}", "/v1.0/metadata", "/v1.0/healthz",
            "/v1.0/actors/{0}/{1}/method/{0}", "/v1.0/actors/A/{0}/method/{1}", "/v1.0/actors/A/{0}/state", "/v1.0/actors/A/{0}/state/{1}", "/v1.0/actors/A/{0}/reminders/{1}",
            "/v1.0/actors/A/{0}/timers/{1}", "/v1.0/actors/{0}/{1}/reminders/{0}", "/v1.0-embedded/actors/{0}", "/v1.0-embedded/actors/A/{0}/reminders", "/{0}/{1}", "{0}", "/v1.0/{0}", "//v1.0//state//{0}"),
        Nasty.Segment,
        Nasty.Segment).Select((form, first, second) => string.Format(CultureInfo.InvariantCulture, form, first, second));

    private static readonly Gen<string> Header = Gen.Frequency(
        (6, Gen.Const(string.Empty)),
        (1, Gen.OneOf(
            "Content-Type: application/cloudevents+json\r\n", "Content-Type: \r\n", "Content-Type: application/json; charset=nonsense\r\n", "Dapr-Reentrancy-Id: \r\n", "Dapr-App-Id: ..\r\n",
            "dapr-app-id: nobody\r\n", "metadata.ttlInSeconds: -5\r\n", "traceparent: 00-zz\r\n", "If-Match: \"\r\n", "Expect: 100-continue\r\n", "Host:\r\nHost: two\r\n", "X: \u0001\r\n", ": no name\r\n",
            "Transfer-Encoding: nonsense\r\n", "Content-Length: 5\r\n", "Content-Length: -1\r\n", "Upgrade: h2c\r\nHTTP2-Settings: !\r\nConnection: Upgrade, HTTP2-Settings\r\n")),
        (1, Gen.Char['a', 'z'].Array[9_000].Select(letters => $"x-long: {new string(letters)}\r\n")));

    private static readonly Gen<(string Method, string Path, string Header, byte[] Body)> Request = Gen.Select(
        Gen.Frequency((8, Gen.OneOf("GET", "POST", "PUT", "DELETE")), (1, Gen.OneOf("PATCH", "OPTIONS", "HEAD", "TRACE", "BREW", "get", "G\u0001T", string.Empty))), Path, Header, Nasty.Body);

    [Fact]
    public async Task Each_is_answered_and_reaches_nobody_elses_state()
    {
        await Request.SampleAsync(
            request => SendAsync(request.Method, request.Path, request.Header, request.Body),
            iter: Requests,
            threads: 4,
            print: request => $"{request.Method} {request.Path} {request.Header} {Convert.ToHexString(request.Body.AsSpan(0, Math.Min(200, request.Body.Length)))}");

        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task A_body_without_end_and_a_body_over_the_limit_are_refused()
    {
        Assert.Equal(400, await SendAsync("POST", "/v1.0/state/store", "Content-Type: application/json\r\n", new byte[5 * 1024 * 1024]));
        await SendRawAsync("POST /v1.0/state/store HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx"u8.ToArray());
        await SendRawAsync("POST /v1.0/state/store HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx"u8.ToArray());
        await SendRawAsync("GARBAGE\r\n\r\n"u8.ToArray());
        await SendRawAsync([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x0d, 0x0a, 0x0d, 0x0a]); // a TLS hello
        await AssertUntouchedAsync();
    }

    private async Task AssertUntouchedAsync()
    {
        Assert.Equal(("mine", "mine"), await host.VictimAsync());
        Assert.True(host.Crashes.Count == 0, string.Join("\n", host.Crashes.Take(10)));
    }

    private async Task<int> SendAsync(string method, string path, string header, byte[] body)
    {
        var head = $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}{(header.Contains("Content-Length", StringComparison.Ordinal) ? "" : $"Content-Length: {body.Length}\r\n")}\r\n";
        var answer = await SendRawAsync([.. Encoding.UTF8.GetBytes(head), .. body]);
        if (answer.Length == 0)
        {
            return 0; // hung up: what came was no request
        }

        Assert.StartsWith("HTTP/1.1 ", answer, StringComparison.Ordinal);
        var status = int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture);
        Assert.InRange(status, 100, 599);
        Assert.DoesNotContain("\r\nX-Injected", answer, StringComparison.OrdinalIgnoreCase);
        return status;
    }

    /// <summary>Sends bytes and reads until the other side has had enough.</summary>
    private async Task<string> SendRawAsync(byte[] bytes)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(AnswerMax);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, host.Dapr.HttpEndpoint.Port, limit.Token);
        var answer = new List<byte>();
        try
        {
            await socket.SendAsync(bytes, limit.Token);
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[16 * 1024];
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count)
            {
                answer.AddRange(buffer.AsSpan(0, count));
            }
        }
        catch (SocketException)
        {
            // Reset: it did not want to hear the rest.
        }

        return Encoding.Latin1.GetString([.. answer]);
    }
}
