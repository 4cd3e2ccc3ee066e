using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Tests.Actors.Interleaving;

/// <summary>A store in which other things may happen before and after every call, as on a disk.</summary>
internal sealed class YieldingReminderStore(FakeReminderStore inner) : IReminderStore
{
    public ValueTask<bool> PutAsync(ReminderRecord reminder, bool overwrite, CancellationToken cancellationToken) =>
        BetweenAsync(() => inner.PutAsync(reminder, overwrite, cancellationToken));

    public ValueTask<ReminderRecord?> GetAsync(string actorType, string actorId, string name, CancellationToken cancellationToken) =>
        BetweenAsync(() => inner.GetAsync(actorType, actorId, name, cancellationToken));

    public async ValueTask DeleteAsync(string actorType, string actorId, string name, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await inner.DeleteAsync(actorType, actorId, name, cancellationToken);
        await Task.Yield();
    }

    public async ValueTask AdvanceAsync(ReminderRecord fired, ReminderRecord? next, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await inner.AdvanceAsync(fired, next, cancellationToken);
        await Task.Yield();
    }

    public ValueTask<IReadOnlyList<ReminderRecord>> DueAsync(IReadOnlyCollection<string> actorTypes, DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        BetweenAsync(() => inner.DueAsync(actorTypes, before, limit, cancellationToken));

    public ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyCollection<string> actorTypes, DateTimeOffset from, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<ReminderRecord>> ListAsync(string actorType, string? actorId, int limit, CancellationToken cancellationToken) =>
        BetweenAsync(() => inner.ListAsync(actorType, actorId, limit, cancellationToken));

    public async ValueTask DeleteAllAsync(string actorType, string? actorId, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await inner.DeleteAllAsync(actorType, actorId, cancellationToken);
        await Task.Yield();
    }

    private static async ValueTask<T> BetweenAsync<T>(Func<ValueTask<T>> call)
    {
        await Task.Yield();
        var result = await call();
        await Task.Yield();
        return result;
    }
}
