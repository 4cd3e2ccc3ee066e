using System.Text.Json;
using Dapr.Actors.Runtime;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Bookkeeping;
using DeviceFleet.Provisioning.Credentials;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Provisioning.Enrolments;

/// <summary>What every enrolment actor uses.</summary>
internal sealed class EnrolmentServices(ServiceKeys keys, DirectoryActors directories, TimeProvider time)
{
    public ServiceKeys Keys { get; } = keys;

    public DirectoryActors Directories { get; } = directories;

    public TimeProvider Time { get; } = time;
}

/// <summary>
/// One enrolment. A turn loads the state, lets <see cref="EnrolmentTransitions"/> decide, stores what changed, and tells the directory; a reminder, set before the save, tells it when a
/// crash came between. A claim that proves nothing writes nothing.
/// </summary>
internal sealed partial class EnrolmentActor(ActorHost host, EnrolmentServices services, IActorStateManagerFactory? stateManagers = null)
    : DurableActor(host, stateManagers), IEnrolmentActor, IRemindable
{
    public const string TellReminder = "tell";

    private const string StateKey = "enrolment";
    private const string UsesKey = "uses";
    private static readonly TimeSpan TellAgainAfter = TimeSpan.FromSeconds(10);

    public async Task<ChangeReply<EnrolmentWritten>> Write(EnrolmentWrite write)
    {
        var (state, uses) = (await LoadAsync(), await LoadUsesAsync());
        var (next, reply) = state.Write(Id.GetId(), write, await KeysAsync(), uses.OpenCodes(Now()));
        await CommitAsync(state, next, uses, uses);
        return reply;
    }

    public async Task<ChangeReply<Enrolment>> Delete(EnrolmentDelete delete)
    {
        var (state, uses) = (await LoadAsync(), await LoadUsesAsync());
        var (next, reply) = state.Delete(delete);
        await CommitAsync(state, next, uses, reply.Outcome == ChangeOutcome.Applied ? EnrolmentUses.None : uses);
        return reply;
    }

    public async Task<ChangeReply<Enrolment>> Get() => ViewOf(await LoadAsync(), await LoadUsesAsync()) is { } enrolment
        ? new ChangeReply<Enrolment> { Outcome = ChangeOutcome.Unchanged, Value = enrolment }
        : new ChangeReply<Enrolment> { Outcome = ChangeOutcome.NotFound, Detail = "There is no such enrolment." };

    public async Task<ChangeReply<ClaimCodes>> MakeCodes(ClaimCodeOrder order)
    {
        var (state, uses) = (await LoadAsync(), await LoadUsesAsync());
        var (next, reply) = uses.MakeCodes(state, order, await KeysAsync());
        await CommitAsync(state, state, uses, next);
        return reply;
    }

    public async Task<ClaimVerdict> Verify(ClaimCheck check)
    {
        var state = await LoadAsync();

        // Proofs by symmetric key use nothing up: what was used is not even read.
        var uses = state.Enrolment is { Proof: ProofKind.X509 or ProofKind.ClaimCode } ? await LoadUsesAsync() : EnrolmentUses.None;
        var (next, verdict) = state.Verify(uses, check, await KeysAsync());
        await CommitAsync(state, state, uses, next);
        return verdict;
    }

    public async Task<ClaimVerdict> Recheck(RecheckQuery query) => (await LoadAsync()).Recheck(query);

    public async Task<ChangeReply<Enrolment>> ReleaseCode(CodeRelease release)
    {
        var (state, uses) = (await LoadAsync(), await LoadUsesAsync());
        var next = uses.Release(release);
        await CommitAsync(state, state, uses, next);
        return new ChangeReply<Enrolment> { Outcome = ReferenceEquals(uses, next) ? ChangeOutcome.Unchanged : ChangeOutcome.Applied, Value = ViewOf(state, next) };
    }

    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        var current = await LoadAsync();
        if (current.IsUntold && !await TryTellAsync(current, await LoadUsesAsync()))
        {
            return;
        }

        await UnregisterReminderAsync(reminderName);
    }

    private async Task CommitAsync(EnrolmentState before, EnrolmentState next, EnrolmentUses usesBefore, EnrolmentUses uses)
    {
        if (ReferenceEquals(before, next) && ReferenceEquals(usesBefore, uses))
        {
            return;
        }

        if (!ReferenceEquals(usesBefore, uses))
        {
            await StateManager.SetStateAsync(UsesKey, uses);
            next = next with { Revision = next.Revision + 1, IsUntold = true }; // lists show how many codes are open
        }

        await RegisterReminderAsync(TellReminder, null, TellAgainAfter, TellAgainAfter);
        await StateManager.SetStateAsync(StateKey, next);
        await SaveStateAsync();
        if (await TryTellAsync(next, uses))
        {
            await UnregisterReminderAsync(TellReminder);
        }
    }

    private async Task<bool> TryTellAsync(EnrolmentState state, EnrolmentUses uses)
    {
        var view = ViewOf(state, uses);
        var entry = new DirectoryEntry
        {
            Key = Id.GetId(),
            Revision = state.Revision,
            Summary = view is null ? null : JsonSerializer.SerializeToElement(view, ContractsJson.Default.Enrolment),
        };
        try
        {
            await services.Directories.PutAsync(DirectoryIds.Enrolments, new DirectoryPut([entry]), CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The change is saved and stands; the reminder tells of it.
            Log.NotTold(Logger, exception, Id);
            return false;
        }

        await StateManager.SetStateAsync(StateKey, state with { IsUntold = false });
        return true;
    }

    private Enrolment? ViewOf(EnrolmentState state, EnrolmentUses uses) =>
        state.Enrolment is { } enrolment ? enrolment with { OpenCodes = uses.OpenCodes(Now()) } : null;

    private async Task<EnrolmentState> LoadAsync()
    {
        var stored = await StateManager.TryGetStateAsync<EnrolmentState>(StateKey);
        return stored.HasValue ? stored.Value : new EnrolmentState();
    }

    private async Task<EnrolmentUses> LoadUsesAsync()
    {
        var stored = await StateManager.TryGetStateAsync<EnrolmentUses>(UsesKey);
        return stored.HasValue ? stored.Value : EnrolmentUses.None;
    }

    private async Task<EnrolmentKeys> KeysAsync() => new(await services.Keys.GetMasterAsync(CancellationToken.None), Id.GetId());

    private long Now() => services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(1200, LogLevel.Warning, "The directory was not told of enrolment {Id}; a reminder will.")]
        public static partial void NotTold(ILogger logger, Exception exception, Dapr.Actors.ActorId id);
    }
}
