using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using RangeHeaderValue = Microsoft.Net.Http.Headers.RangeHeaderValue;

namespace DeviceFleet.Gateway.Releases;

/// <summary>
/// <c>GET /api/firmware/{version}</c>, for devices: Basic authentication with device id and password, as at the broker. One part of the image is in memory at a time. With
/// <c>Range</c> (RFC 9110, section 14; one range of bytes) a device goes on where it was cut off.
/// </summary>
internal static class FirmwareDownload
{
    private const string Scheme = "Basic";
    private const string Challenge = "Basic realm=\"firmware\", charset=\"UTF-8\"";

    public static void MapFirmware(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/firmware/{version}", GetAsync)
        .Describe("Releases", "Download firmware", "For devices: Basic authentication with device id and password. Takes one Range of bytes; ETag is the image's SHA-256.")
        .WithMetadata(new AllowAnonymousAttribute())
        .AddEndpointFilter<RouteHandlerBuilder, ActorFaultFilter>()
        .Produces(StatusCodes.Status200OK, contentType: MediaTypeNames.Application.Octet)
        .Produces(StatusCodes.Status206PartialContent, contentType: MediaTypeNames.Application.Octet)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status416RangeNotSatisfiable)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> GetAsync(
        string version, HttpContext context, ReleaseClient releases, ReleaseDirectory directory, FirmwareStore store, ReleaseLimiter limiter)
    {
        if (!TryReadBasic(context.Request, out var device, out var password))
        {
            return Unauthorized(context.Response, "A device id and its password, as Basic authentication.");
        }

        // Before the password is checked, which costs more than refusing to; by address too, so that nobody uses up what another may ask for.
        if (!limiter.TryTakeRequest($"{context.Connection.RemoteIpAddress} {device}"))
        {
            return ReleaseLimiter.TooMany(context.Response);
        }

        switch ((await releases.AuthenticateAsync(device.Value, password, context.RequestAborted)).Result)
        {
            case "allow":
                break;
            case "ignore":
                return ReleaseLimiter.Busy(context.Response);
            default:
                return Unauthorized(context.Response, "Unknown device, wrong password, or not active.");
        }

        if (await directory.FindAsync(version, context.RequestAborted) is not { Store: { } place } release)
        {
            return Problems.Of(StatusCodes.Status404NotFound, "There is no such release.");
        }

        using var lease = limiter.TakeDownload();
        if (!lease.IsAcquired)
        {
            return ReleaseLimiter.Busy(context.Response);
        }

        context.Response.Headers.ETag = $"\"{release.Sha256}\"";
        context.Response.Headers.AcceptRanges = "bytes";
        context.Response.Headers.CacheControl = "no-store";
        if (!TryReadRange(context.Request, release, out var first, out var count))
        {
            context.Response.Headers.ContentRange = new ContentRangeHeaderValue(release.Size).ToString();
            return Problems.Of(StatusCodes.Status416RangeNotSatisfiable, $"The image has {release.Size} bytes.");
        }

        if (count < release.Size)
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = new ContentRangeHeaderValue(first, first + count - 1, release.Size).ToString();
        }

        context.Response.ContentType = MediaTypeNames.Application.Octet;
        context.Response.ContentLength = count;
        await SendAsync(store, place, first, count, context);
        return TypedResults.Empty;
    }

    private static async Task SendAsync(FirmwareStore store, string place, long first, long count, HttpContext context)
    {
        for (var end = first + count; first < end;)
        {
            var part = await store.GetAsync(place, (int)(first / ReleaseLimits.PartBytes), context.RequestAborted);
            var from = (int)(first % ReleaseLimits.PartBytes);
            var piece = part[from..(int)Math.Min(part.Length, from + end - first)];
            if (piece.IsEmpty)
            {
                // Less is stored than was promised: the device must not take what it got for the image.
                context.Abort();
                return;
            }

            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            first += piece.Length;
        }
    }

    /// <summary>The range that is asked for; all of it without one, with several, or with <c>If-Range</c> for another image. False: there is nothing in the range.</summary>
    private static bool TryReadRange(HttpRequest request, Release release, out long first, out long count)
    {
        (first, count) = (0, release.Size);
        var isOther = request.Headers.IfRange is { Count: > 0 } condition && condition != $"\"{release.Sha256}\"";
        if (isOther || !RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var header) || header.Unit != "bytes" || header.Ranges.Count != 1)
        {
            return true;
        }

        var range = header.Ranges.First();
        first = range.From ?? Math.Max(0, release.Size - range.To!.Value);
        var last = range.From is null ? release.Size - 1 : Math.Min(range.To ?? long.MaxValue, release.Size - 1);
        count = last - first + 1;
        return count > 0;
    }

    private static bool TryReadBasic(HttpRequest request, out DeviceId device, out string password)
    {
        (device, password) = (default, string.Empty);
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) || !Scheme.Equals(header.Scheme, StringComparison.OrdinalIgnoreCase) || header.Parameter is null)
        {
            return false;
        }

        var bytes = new byte[header.Parameter.Length];
        if (!Convert.TryFromBase64String(header.Parameter, bytes, out var length))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        password = colon < 0 ? string.Empty : text[(colon + 1)..];
        return colon > 0 && DeviceId.TryParse(text[..colon], out device);
    }

    private static ProblemHttpResult Unauthorized(HttpResponse response, string detail)
    {
        response.Headers.WWWAuthenticate = Challenge;
        return Problems.Of(StatusCodes.Status401Unauthorized, detail);
    }
}
