using System.Diagnostics;

namespace EmbeddedDapr.Actors;

/// <summary>How asking for a turn ended.</summary>
internal enum TurnOutcome
{
    /// <summary>The turn is the caller's; it must leave it.</summary>
    Entered,

    /// <summary>The mailbox is full.</summary>
    MailboxFull,

    /// <summary>The chain is nested too deep.</summary>
    TooDeep,

    /// <summary>This record of the actor is dead; a fresh one must be looked up.</summary>
    Dead,
}

/// <summary>
/// One active actor: who has its turn, who waits for it, and when the last turn ended. Kept small (about 120 bytes with its waiters absent), because there is one for each
/// resident actor. Waiters are served first come, first served; a waiter that gives up removes itself and nobody else (contract section 2.6).
/// </summary>
internal sealed class ActorTurns(string id)
{
    private Waiter? _first;
    private Waiter? _last;
    private string? _chain;
    private int _waiting;
    private int _running;
    private Life _life;
    private ActorTurnKind _turnKind;
    private string? _turnName;
    private long _turnStarted;

    private enum Life : byte
    {
        Active,
        Deactivating,
        Dead,
    }

    public string Id { get; } = id;

    /// <summary>Timestamp of <see cref="TimeProvider.GetTimestamp"/> at the end of the last turn.</summary>
    public long LastTurnEnd { get; private set; }

    /// <summary>Calls that wait, for tests and metrics.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Not dead: what a state transaction asks before it writes.</summary>
    public bool IsActive => _life != Life.Dead;

    /// <summary>The turn under way, for whoever looks from outside; null: none. Of a chain it is the outermost call.</summary>
    public (ActorTurnKind Kind, string Name, long Started)? Turn => Volatile.Read(ref _turnName) is { } name ? (_turnKind, name, Volatile.Read(ref _turnStarted)) : null;

    /// <summary>Says what the turn does that was just entered.</summary>
    public void Show(ActorTurnKind kind, string name, long timestamp)
    {
        // A call that joins its chain's turn leaves it as it is.
        if (_turnName is null)
        {
            _turnKind = kind;
            _turnStarted = timestamp;
            Volatile.Write(ref _turnName, name);
        }
    }

    /// <summary>A fresh record starts its idle time now.</summary>
    public void Touch(long timestamp) => LastTurnEnd = timestamp;

    /// <summary>Takes the turn, or waits for it. <paramref name="chain"/> is the reentrancy id; null where the type is not reentrant.</summary>
    public ValueTask<TurnOutcome> EnterAsync(string? chain, int mailboxMax, int depthMax, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (this)
        {
            if (_life == Life.Dead)
            {
                return ValueTask.FromResult(TurnOutcome.Dead);
            }

            if (_running == 0)
            {
                Debug.Assert(_first is null, "Nobody runs, so nobody may wait.");
                _running = 1;
                _chain = chain;
                return ValueTask.FromResult(TurnOutcome.Entered);
            }

            if (chain is not null && _life == Life.Active && string.Equals(chain, _chain, StringComparison.Ordinal))
            {
                if (_running >= depthMax)
                {
                    return ValueTask.FromResult(TurnOutcome.TooDeep);
                }

                _running++;
                return ValueTask.FromResult(TurnOutcome.Entered);
            }

            if (_waiting >= mailboxMax)
            {
                return ValueTask.FromResult(TurnOutcome.MailboxFull);
            }

            if (chain is not null && WaitingOfChain_NeedsLock(chain) >= depthMax)
            {
                return ValueTask.FromResult(TurnOutcome.TooDeep);
            }

            waiter = new Waiter(this, chain, cancellationToken);
            Append_NeedsLock(waiter);
        }

        return WaitAsync(waiter);
    }

    /// <summary>Leaves the turn and starts the next one.</summary>
    public void Leave(long timestamp)
    {
        lock (this)
        {
            Debug.Assert(_running > 0, "Leaving without having entered.");
            if (--_running > 0)
            {
                return;
            }

            LastTurnEnd = timestamp;
            _turnName = null;
            StartNext_NeedsLock();
        }
    }

    /// <summary>Starts deactivating if the actor rests; calls that arrive from now on wait for the end of it. False: a turn is under way or waits, or it is dead.</summary>
    public bool TryBeginDeactivation()
    {
        lock (this)
        {
            if (_running > 0 || _life != Life.Active)
            {
                return false;
            }

            _running = 1;
            _chain = null;
            _life = Life.Deactivating;
            return true;
        }
    }

    /// <summary>Makes the turn that the caller has the last one.</summary>
    public void ContinueAsDeactivation()
    {
        lock (this)
        {
            Debug.Assert(_running == 1 && _life == Life.Active, "Only the holder of an undivided turn may end the actor.");
            _life = Life.Deactivating;
        }
    }

    /// <summary>The app has answered. True: dead, forget it. False: calls came meanwhile, the first of them now activates it again.</summary>
    public bool EndDeactivation(long timestamp)
    {
        lock (this)
        {
            _running = 0;
            LastTurnEnd = timestamp;
            if (_first is null)
            {
                _life = Life.Dead;
                return true;
            }

            _life = Life.Active;
            StartNext_NeedsLock();
            return false;
        }
    }

    private static async ValueTask<TurnOutcome> WaitAsync(Waiter waiter)
    {
        // The registration may run at once when the token is cancelled already; it takes the lock itself.
        await using var registration = waiter.CancellationToken.UnsafeRegister(static state => ((Waiter)state!).GiveUp(), waiter);
        return await waiter.Task;
    }

    private void StartNext_NeedsLock()
    {
        if (_first is not { } next)
        {
            _chain = null;
            return;
        }

        Remove_NeedsLock(next);
        _running = 1;
        _chain = next.Chain;
        next.TrySetResult(TurnOutcome.Entered);
        if (_chain is null)
        {
            return;
        }

        // Calls of the same chain that queued as well belong to this turn.
        for (var waiter = _first; waiter is not null;)
        {
            var following = waiter.Next;
            if (string.Equals(waiter.Chain, _chain, StringComparison.Ordinal))
            {
                Remove_NeedsLock(waiter);
                _running++;
                waiter.TrySetResult(TurnOutcome.Entered);
            }

            waiter = following;
        }
    }

    private int WaitingOfChain_NeedsLock(string chain)
    {
        var count = 0;
        for (var waiter = _first; waiter is not null; waiter = waiter.Next)
        {
            count += string.Equals(waiter.Chain, chain, StringComparison.Ordinal) ? 1 : 0;
        }

        return count;
    }

    private void Append_NeedsLock(Waiter waiter)
    {
        waiter.Previous = _last;
        _ = _last is null ? _first = waiter : _last.Next = waiter;
        _last = waiter;
        waiter.IsQueued = true;
        _waiting++;
    }

    private void Remove_NeedsLock(Waiter waiter)
    {
        _ = waiter.Previous is null ? _first = waiter.Next : waiter.Previous.Next = waiter.Next;
        _ = waiter.Next is null ? _last = waiter.Previous : waiter.Next.Previous = waiter.Previous;
        (waiter.Previous, waiter.Next) = (null, null);
        waiter.IsQueued = false;
        _waiting--;
    }

    private sealed class Waiter(ActorTurns owner, string? chain, CancellationToken cancellationToken)
        : TaskCompletionSource<TurnOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string? Chain => chain;

        public CancellationToken CancellationToken => cancellationToken;

        public Waiter? Previous { get; set; }

        public Waiter? Next { get; set; }

        public bool IsQueued { get; set; }

        public void GiveUp()
        {
            lock (owner)
            {
                // Once started the turn is this call's, cancelled or not: it will be left like any other.
                if (!IsQueued)
                {
                    return;
                }

                owner.Remove_NeedsLock(this);
            }

            TrySetCanceled(cancellationToken);
        }
    }
}
