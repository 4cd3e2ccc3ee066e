using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Simulator.Firmware;

/// <summary>What came of a download.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">SHA-256, hex, lower case.</param>
/// <param name="Fault">Why there is no image; null: there is.</param>
internal readonly record struct FirmwareImage(long Size, string Sha256, string? Fault);

/// <summary>Downloads images from the gateway, each device as itself. An image is read and hashed, not kept. Thread-safe; a bounded number goes on at once.</summary>
internal sealed class FirmwareSource(Uri url, TimeProvider time) : IDisposable
{
    private const int AtOnceMax = 16;
    private const int AttemptsMax = 4;
    private const int BufferBytes = 16 * 1024;

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RetryDelayFirst = TimeSpan.FromMilliseconds(500);

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = AtOnceMax, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly SemaphoreSlim _underWay = new(AtOnceMax, AtOnceMax);

    /// <summary>Downloads the image of an order; what time can cure is tried a few times.</summary>
    public async Task<FirmwareImage> DownloadAsync(FirmwareOrder order, SimulatorIdentity identity, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await _underWay.WaitAsync(cancellationToken);
            bool mayPass;
            string fault;
            try
            {
                using var late = new CancellationTokenSource(AttemptTimeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
                var (image, passes) = await TryAsync(order, identity, either.Token);
                if (image.Fault is null)
                {
                    return image;
                }

                (fault, mayPass) = (image.Fault, passes);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                (fault, mayPass) = (exception is OperationCanceledException ? "took too long" : exception.Message, true);
            }
            finally
            {
                _underWay.Release();
            }

            if (!mayPass || attempt == AttemptsMax)
            {
                return new FirmwareImage(0, "", fault);
            }

            await Task.Delay(RetryDelayFirst * (1 << attempt), time, cancellationToken);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _underWay.Dispose();
    }

    private async Task<(FirmwareImage Image, bool FaultMayPass)> TryAsync(FirmwareOrder order, SimulatorIdentity identity, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, order.Path));
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{identity.DeviceId}:{identity.Secret}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", login);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            var mayPass = (int)answer.StatusCode >= 500 || answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
            return (new FirmwareImage(0, "", $"answered {(int)answer.StatusCode}"), mayPass);
        }

        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return (await HashAsync(body, order.Size, cancellationToken), false);
    }

    /// <summary>Reads to the end, but not beyond what the order says: a device has no room for more.</summary>
    private static async Task<FirmwareImage> HashAsync(Stream body, long sizeMax, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        var size = 0L;
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            size += read;
            if (size > sizeMax)
            {
                break;
            }

            hash.AppendData(buffer, 0, read);
        }

        return new FirmwareImage(size, Convert.ToHexStringLower(hash.GetHashAndReset()), null);
    }
}
