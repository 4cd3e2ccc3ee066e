using Dapr.Actors.Runtime;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>A release as it is stored.</summary>
/// <param name="Release">The release.</param>
/// <param name="IsListed">The directory has it.</param>
internal sealed record StoredRelease(Release Release, bool IsListed);

/// <summary>One release. Save, then send: that the directory has to have it is stored with it, and a reminder set before comes until it has.</summary>
internal sealed partial class ReleaseActor(ActorHost host, RolloutTeller teller, TimeProvider time, IActorStateManagerFactory? stateManagers = null)
    : DurableActor(host, stateManagers), IReleaseActor, IRemindable
{
    public const string ActorType = "Release";
    public const string ListReminder = "list";

    private const string Key = "release";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    public async Task<ChangeReply<Release>> Register(Release release)
    {
        if (await LoadAsync() is { Release: var known })
        {
            var isSame = (known.Size, known.Sha256, known.DeviceType) == (release.Size, release.Sha256, release.DeviceType);
            return isSame ? Reply(ChangeOutcome.Unchanged, known, null) : Reply(ChangeOutcome.Conflict, known, "There is another image with this version; an image is never changed.");
        }

        var next = release with { Revision = 1, At = time.GetUtcNow().ToUnixTimeMilliseconds() };
        await StoreAsync(next);
        return Reply(ChangeOutcome.Applied, next, null);
    }

    public async Task<ChangeReply<Release>> Withdraw(ReleaseWithdrawal withdrawal)
    {
        if (await LoadAsync() is not { Release: var known })
        {
            return new ChangeReply<Release> { Outcome = ChangeOutcome.NotFound, Detail = "There is no such release." };
        }

        if (known.IsWithdrawn)
        {
            return Reply(ChangeOutcome.Unchanged, known, null);
        }

        var next = known with { IsWithdrawn = true, Revision = known.Revision + 1, By = withdrawal.By, At = time.GetUtcNow().ToUnixTimeMilliseconds() };
        await StoreAsync(next);
        return Reply(ChangeOutcome.Applied, next, null);
    }

    public async Task<ChangeReply<Release>> Get() => await LoadAsync() is { Release: var known }
        ? Reply(ChangeOutcome.Unchanged, known, null)
        : new ChangeReply<Release> { Outcome = ChangeOutcome.NotFound, Detail = "There is no such release." };

    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        if (reminderName == ListReminder && await LoadAsync() is { IsListed: false } stored)
        {
            await ListAsync(stored.Release);
        }
        else
        {
            await UnregisterReminderAsync(reminderName);
        }
    }

    private static ChangeReply<Release> Reply(ChangeOutcome outcome, Release release, string? detail) => new() { Outcome = outcome, Value = release, Detail = detail };

    private async Task<StoredRelease?> LoadAsync() => await StateManager.TryGetStateAsync<StoredRelease>(Key) is { HasValue: true, Value: var stored } ? stored : null;

    private async Task StoreAsync(Release release)
    {
        await RegisterReminderAsync(ListReminder, null, RetryAfter, RetryAfter);
        await StateManager.SetStateAsync(Key, new StoredRelease(release, IsListed: false));
        await SaveStateAsync();
        await ListAsync(release);
    }

    private async Task ListAsync(Release release)
    {
        try
        {
            await teller.ListAsync(release);
        }
        catch (Exception exception)
        {
            // It is stored; the reminder lists it.
            Log.NotListed(Logger, exception, release.Version);
            return;
        }

        await StateManager.SetStateAsync(Key, new StoredRelease(release, IsListed: true));
        await SaveStateAsync();
        await UnregisterReminderAsync(ListReminder);
    }

    private static partial class Log
    {
        [LoggerMessage(2520, LogLevel.Warning, "Release {Version} is not listed yet; it will be.")]
        public static partial void NotListed(ILogger logger, Exception exception, string version);
    }
}
