using System.Globalization;
using System.Threading.RateLimiting;
using DeviceFleet.Gateway.Api;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Releases;

/// <summary>Bounds of uploads and downloads. Thread-safe.</summary>
internal sealed class ReleaseLimiter(IOptions<ReleaseOptions> options) : IDisposable
{
    private const int RetryAfterSeconds = 5;

    private readonly ConcurrencyLimiter _uploads = new(new ConcurrencyLimiterOptions { PermitLimit = options.Value.UploadsMax, QueueLimit = 0 });
    private readonly ConcurrencyLimiter _downloads = new(new ConcurrencyLimiterOptions { PermitLimit = options.Value.DownloadsMax, QueueLimit = 0 });
    private readonly PartitionedRateLimiter<string> _requests = PartitionedRateLimiter.Create<string, string>(device => RateLimitPartition.GetFixedWindowLimiter(
        device,
        _ => new FixedWindowRateLimiterOptions { PermitLimit = options.Value.RequestsPerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    public RateLimitLease TakeUpload() => _uploads.AttemptAcquire();

    public RateLimitLease TakeDownload() => _downloads.AttemptAcquire();

    /// <summary>False: this device has to wait.</summary>
    public bool TryTakeRequest(string device)
    {
        using var lease = _requests.AttemptAcquire(device);
        return lease.IsAcquired;
    }

    public static ProblemHttpResult Busy(HttpResponse response) => Later(response, StatusCodes.Status503ServiceUnavailable, "As many images are under way as may be: ask again in a moment.");

    public static ProblemHttpResult TooMany(HttpResponse response) => Later(response, StatusCodes.Status429TooManyRequests, "Too many requests of this device: ask again in a minute.");

    public void Dispose()
    {
        _uploads.Dispose();
        _downloads.Dispose();
        _requests.Dispose();
    }

    private static ProblemHttpResult Later(HttpResponse response, int status, string detail)
    {
        response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Of(status, detail);
    }
}
