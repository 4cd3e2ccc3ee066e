namespace EmbeddedDapr.Components.Sqlite;

/// <summary>
/// A unit of work of the group commit: all of it is in the commit or nothing. It runs on the writer's thread within the batch's transaction. A unit that
/// refuses checks first and then writes nothing; one that throws is undone alone. It may be run again after a roll-back, so it tells nobody before <see cref="Committed"/>.
/// </summary>
internal abstract class WriteUnit
{
    /// <summary>Nobody wants it any more; asked once, before it runs.</summary>
    public virtual bool IsCancelled => false;

    /// <summary>Reads and writes.</summary>
    public abstract void Run(SqliteSession session);

    /// <summary>What <see cref="Run"/> did is on disk. Writer's thread: be quick, never throw.</summary>
    public abstract void Committed();

    /// <summary>Nothing of it was written. Writer's thread: be quick, never throw.</summary>
    public abstract void Failed(Exception failure);
}

/// <summary>A unit with an answer.</summary>
/// <typeparam name="T">The answer.</typeparam>
internal abstract class WriteUnit<T>(CancellationToken cancellationToken) : WriteUnit
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _answer = default!;

    /// <summary>Completes once the unit is on disk.</summary>
    public Task<T> Completion => _completion.Task;

    public sealed override bool IsCancelled => cancellationToken.IsCancellationRequested;

    public sealed override void Run(SqliteSession session) => _answer = Answer(session);

    public override void Committed() => _completion.TrySetResult(_answer);

    public override void Failed(Exception failure)
    {
        if (failure is OperationCanceledException)
        {
            _completion.TrySetCanceled(cancellationToken);
        }
        else
        {
            _completion.TrySetException(failure);
        }
    }

    protected abstract T Answer(SqliteSession session);
}

/// <summary>A unit for what is rare: schema, tests, maintenance.</summary>
/// <typeparam name="T">The answer.</typeparam>
internal sealed class DelegateUnit<T>(Func<SqliteSession, T> run, CancellationToken cancellationToken) : WriteUnit<T>(cancellationToken)
{
    protected override T Answer(SqliteSession session) => run(session);
}
