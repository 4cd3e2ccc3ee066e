using Dapr.Actors.Runtime;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>
/// The identity of one device. A turn loads the state, lets <see cref="IdentityTransitions"/> decide, and stores what it made of it as one transaction.
/// <para>
/// Save, then send: what follows from a change lies in the outbox in the state and leaves after the save; what was sent is taken out by the SDK's save after the turn. Reminder
/// <see cref="OutboxReminder"/> is set before the first save that has something to send, so whatever a crash interrupts, it wakes the actor, and the actor sends what was left; it goes when
/// it finds nothing.
/// </para>
/// </summary>
internal sealed partial class IdentityActor(ActorHost host, IdentityServices services, IActorStateManagerFactory? stateManagers = null)
    : DurableActor(host, stateManagers), IIdentityActor, IRemindable
{
    public const string OutboxReminder = "outbox";

    private const string StateKey = "identity";
    private const int AuditPagesKept = IdentityLimits.AuditKeptMax / IdentityState.AuditPageSize;

    /// <summary>Whether this activation set the reminder. Not stored: an activation that changes something sets it anew.</summary>
    private bool _isWatched;

    public async Task<ProvisionAnswer> TakeClaim(ClaimTake take)
    {
        var state = await LoadAsync();
        var (next, answer) = state.TakeClaim(take, await services.SecretsAsync());
        await CommitAsync(state, next);
        return answer;
    }

    public async Task<ChangeReply<IdentityReply>> Apply(IdentityChange change)
    {
        var state = await LoadAsync();
        var (next, reply) = state.Apply(change, MakesSecret(change.Action) ? await services.SecretsAsync() : null);
        await CommitAsync(state, next);
        return reply;
    }

    public async Task<ChangeReply<DeviceIdentity>> Get() => await LoadAsync() is { Lifecycle: not null } state
        ? new ChangeReply<DeviceIdentity> { Outcome = ChangeOutcome.Unchanged, Value = state.ToView() }
        : new ChangeReply<DeviceIdentity> { Outcome = ChangeOutcome.NotFound, Detail = "There is no such identity." };

    public async Task<IdentityVerifiers> GetVerifiers() => (await LoadAsync()).ToVerifiers(Now());

    public async Task<ChangeReply<CredentialMessage>> GetSecret(SecretQuery query)
    {
        var state = await LoadAsync();
        if (state.SagaOf(query.Instance) is not { } saga || state.CredentialOf(query.Instance) is not { } credential)
        {
            return new ChangeReply<CredentialMessage> { Outcome = ChangeOutcome.NotFound, Detail = "The saga made no credential." };
        }

        if (credential.Seed is not { } seed)
        {
            return new ChangeReply<CredentialMessage> { Outcome = ChangeOutcome.Conflict, Detail = "The credential was used or revoked; nobody can be told its secret any more." };
        }

        var secret = (await services.SecretsAsync()).SecretOf(state.DeviceId, credential.Id, seed);
        return new ChangeReply<CredentialMessage>
        {
            Outcome = ChangeOutcome.Unchanged, Value = new CredentialMessage(credential.Id, secret, Now() + saga.Order.ConnectWithinMs),
        };
    }

    public async Task<AuditPage> GetAudit()
    {
        var state = await LoadAsync();
        List<AuditEntry> entries = [.. state.Audit.Reverse()];
        var page = (state.AuditCount - state.Audit.Count) / IdentityState.AuditPageSize;
        for (var older = page - 1; older >= 0 && older >= page - AuditPagesKept && entries.Count < IdentityLimits.AuditKeptMax; older--)
        {
            var stored = await StateManager.TryGetStateAsync<StoredAudit>(AuditKey(older));
            entries.AddRange(stored.HasValue ? stored.Value.Entries.Reverse() : []);
        }

        return new AuditPage([.. entries.Take(IdentityLimits.AuditKeptMax)], null);
    }

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period) =>
        reminderName == OutboxReminder ? RetryAsync() : UnregisterReminderAsync(reminderName);

    private static bool MakesSecret(IdentityAction action) => action is IdentityAction.Register or IdentityAction.Issue or IdentityAction.AddCredential;

    private static string AuditKey(long page) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"audit-{page}");

    private async Task<IdentityState> LoadAsync()
    {
        var stored = await StateManager.TryGetStateAsync<IdentityState>(StateKey);
        return stored.HasValue ? stored.Value : IdentityState.New(DeviceId.Parse(Id.GetId()));
    }

    /// <summary>1. See to it that a crash is noticed. 2. Save. 3. Send. 4. Take out what was sent, with the SDK's save.</summary>
    private async Task CommitAsync(IdentityState before, IdentityState next)
    {
        if (ReferenceEquals(before, next))
        {
            return;
        }

        next = await PutPageAwayAsync(next);
        if (next.Outbox.Count > 0 && !_isWatched)
        {
            var after = services.Options.OutboxRetryAfter;
            await RegisterReminderAsync(OutboxReminder, null, after, after);
            _isWatched = true;
        }

        await StateManager.SetStateAsync(StateKey, next);
        if (next.Outbox.Count > 0)
        {
            await SaveStateAsync();
            services.Metrics.Count(before, next);
            await SendAsync(next);
        }
    }

    private async Task SendAsync(IdentityState state)
    {
        var left = await services.Outbox.SendAsync(state);
        if (left.Count < state.Outbox.Count)
        {
            await StateManager.SetStateAsync(StateKey, state with { Outbox = left });
        }
    }

    private async Task RetryAsync()
    {
        _isWatched = true;
        var state = await LoadAsync();
        if (state.Outbox.Count > 0)
        {
            await SendAsync(state);
            return;
        }

        await UnregisterReminderAsync(OutboxReminder);
        _isWatched = false;
    }

    /// <summary>A page of the audit that is full goes where not every turn writes it again, and the oldest goes for good.</summary>
    private async Task<IdentityState> PutPageAwayAsync(IdentityState state)
    {
        if (state.Audit.Count < IdentityState.AuditPageSize)
        {
            return state;
        }

        var page = (state.AuditCount / IdentityState.AuditPageSize) - 1;
        await StateManager.SetStateAsync(AuditKey(page), new StoredAudit(state.Audit));
        if (page >= AuditPagesKept)
        {
            await StateManager.TryRemoveStateAsync(AuditKey(page - AuditPagesKept));
        }

        return state with { Audit = [] };
    }

    private long Now() => services.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
