using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Simulator.Tests.Firmware;

/// <summary>The gateway's part in firmware: releases that are signed, and images for devices that say who they are.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, byte[]> _images = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _logins = new();
    private readonly Task _serving;

    public TestGateway()
    {
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{TestBroker.FreePort()}/"));
        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url { get; }

    /// <summary>What goes with identities.</summary>
    public string FirmwareKey => Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo());

    /// <summary>Who downloaded, in order.</summary>
    public IReadOnlyCollection<string> Logins => _logins;

    /// <summary>What to answer to the n-th request, from 1; 200: the image.</summary>
    public Func<int, int> Status { get; set; } = _ => 200;

    /// <summary>Releases an image, and orders it.</summary>
    public FirmwareOrder Release(string version, string? deviceType = null, int bytes = 100_000)
    {
        var image = RandomNumberGenerator.GetBytes(bytes);
        var path = $"/api/firmware/{version}";
        _images[path] = image;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(image));
        return new FirmwareOrder
        {
            Version = version,
            DeviceType = deviceType,
            Path = path,
            Size = bytes,
            Sha256 = sha256,
            Signature = Sign(version, deviceType, bytes, sha256),
            Rollout = "rollout-1",
        };
    }

    /// <summary>A signature of a release as it would be.</summary>
    public string Sign(string version, string? deviceType, long size, string sha256) => Convert.ToBase64String(_key.SignData(
        Encoding.UTF8.GetBytes(ReleaseText.Of(version, deviceType, size, sha256)), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    /// <summary>What is there is cut short, or goes on.</summary>
    public void Spoil(FirmwareOrder order, Func<byte[], byte[]> change) => _images[order.Path] = change(_images[order.Path]);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
        _key.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var login = context.Request.Headers["Authorization"] ?? "";
            _logins.Enqueue(login.StartsWith("Basic ", StringComparison.Ordinal) ? Encoding.UTF8.GetString(Convert.FromBase64String(login["Basic ".Length..])) : login);
            context.Response.StatusCode = Status(_logins.Count);
            var image = _images.GetValueOrDefault(context.Request.Url!.AbsolutePath);
            if (context.Response.StatusCode == 200 && image is not null)
            {
                await context.Response.OutputStream.WriteAsync(image);
            }

            context.Response.Close();
        }
    }
}
