using System.Security.Cryptography;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Gateway.Releases;

/// <summary>What was stored of an upload.</summary>
/// <param name="Store">Where.</param>
/// <param name="Parts">In how many parts.</param>
/// <param name="Size">Bytes; null: there were more than may be.</param>
/// <param name="Sha256">Hash of all of it, hex in lower case.</param>
internal sealed record StoredImage(string Store, int Parts, long? Size, string Sha256);

/// <summary>
/// Stores an image while it comes, one part in memory at a time. Each upload has a place of its own: what a release consists of is never written again, also when somebody sends another
/// image under its version.
/// </summary>
internal sealed partial class ImageUpload(FirmwareStore store, ILogger<ImageUpload> logger)
{
    public async Task<StoredImage> StoreAsync(string version, Stream image, CancellationToken cancellationToken)
    {
        var place = $"{version}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var part = new byte[ReleaseLimits.PartBytes];
        var (parts, size) = (0, 0L);
        try
        {
            for (int count; (count = await image.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, cancellationToken)) > 0;)
            {
                size += count;
                if (size > ReleaseLimits.ImageBytesMax)
                {
                    return new StoredImage(place, parts, null, string.Empty);
                }

                hash.AppendData(part, 0, count);
                await store.PutAsync(place, parts, part.AsMemory(0, count), cancellationToken);
                parts++;
            }
        }
        catch
        {
            await DropAsync(new StoredImage(place, parts + 1, null, string.Empty));
            throw;
        }

        return new StoredImage(place, parts, size, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Deletes what belongs to no release. What cannot be deleted stays, and harms nobody.</summary>
    public async Task DropAsync(StoredImage image)
    {
        for (var part = 0; part < image.Parts; part++)
        {
            try
            {
                await store.DeleteAsync(image.Store, part, CancellationToken.None);
            }
            catch (Exception exception)
            {
                Log.NotDropped(logger, exception, image.Store, part);
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2600, LogLevel.Warning, "Part {Part} of {Store}, which is no release, was not deleted, nor any after it.")]
        public static partial void NotDropped(ILogger logger, Exception exception, string store, int part);
    }
}
