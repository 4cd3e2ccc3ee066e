using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Limits;

/// <summary>One bucket for each user, for REST and hub together, refilled every second by the limiter's own clock. Thread safe.</summary>
internal sealed class UserLimits(IOptions<RateLimitOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(user => RateLimitPartition.GetTokenBucketLimiter(
        user,
        _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Value.Burst,
            TokensPerPeriod = options.Value.PerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));

    /// <summary>False: this user has to wait.</summary>
    public bool TryTake(ClaimsPrincipal? user, string? address)
    {
        using var lease = _limiter.AttemptAcquire(user?.FindFirst("sub")?.Value is { } name ? "user " + name : "address " + address);
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}

/// <summary>Answers 429 to REST requests above the limit.</summary>
internal sealed class UserLimitFilter(UserLimits limits) : IEndpointFilter
{
    private const int RetryAfterSeconds = 1;

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (limits.TryTake(http.User, http.Connection.RemoteIpAddress?.ToString()))
        {
            return next(context);
        }

        http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return ValueTask.FromResult<object?>(TypedResults.Problem(statusCode: StatusCodes.Status429TooManyRequests, detail: "Too many requests of this user: ask again in a second."));
    }
}

/// <summary>The same for calls of the hub.</summary>
internal sealed class HubLimitFilter(UserLimits limits) : IHubFilter
{
    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next) =>
        limits.TryTake(invocationContext.Context.User, address: null)
            ? next(invocationContext)
            : throw new HubException("Too many calls of this user: ask again in a second.");
}
