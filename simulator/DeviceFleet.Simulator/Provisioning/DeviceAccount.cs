using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Simulator.Provisioning;

/// <summary>What a device does when the broker refuses its identity.</summary>
internal enum AfterRefusal
{
    /// <summary>The credential is new and was never taken: back to the one before.</summary>
    GoBack,

    /// <summary>Provision itself anew.</summary>
    Provision,

    /// <summary>Try again with what it has: it was welcome before, or provisioned itself a moment ago.</summary>
    TryAgain,

    /// <summary>Nothing can help.</summary>
    GiveUp,
}

/// <summary>
/// A device's identity over its life: none, provisioned, rotated, refused. Whatever it is to show to the broker is stored before. One loop calls it; only <see cref="Offer"/> and
/// <see cref="Identity"/> may be used from elsewhere.
/// </summary>
internal sealed class DeviceAccount(string hardwareId, KeptIdentity? kept, IdentityStore store, SimulatorProvisioning? provisioning, TimeProvider time)
{
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal); // credentials that were offered and not taken by the broker
    private volatile SimulatorIdentity? _identity = kept?.Current;
    private volatile CredentialMessage? _offered;
    private SimulatorIdentity? _before = kept?.Before;
    private long? _provisionedAt;

    /// <summary>Whose account it is.</summary>
    public string HardwareId => hardwareId;

    /// <summary>What the device is known as; null: nothing yet.</summary>
    public SimulatorIdentity? Identity => _identity;

    /// <summary>Takes note of a new credential; false when it is the present one, was refused before, or has ended.</summary>
    public bool Offer(CredentialMessage message)
    {
        lock (_refused)
        {
            if (_refused.Contains(message.CredentialId) || _identity is not { } identity || identity.CredentialId == message.CredentialId
                || message.ConnectBefore <= time.GetUtcNow().ToUnixTimeMilliseconds())
            {
                return false;
            }
        }

        _offered = message;
        return true;
    }

    /// <summary>Takes an offered credential on, if there is one; the present one is kept to go back to.</summary>
    public async Task<bool> TakeOfferAsync(CancellationToken cancellationToken)
    {
        if (_offered is not { } offered || _identity is not { } identity)
        {
            return false;
        }

        _offered = null;
        var next = identity with { CredentialId = offered.CredentialId, Secret = offered.Secret };
        await store.StoreAsync(next, cancellationToken);
        (_before, _identity) = (identity, next);
        return true;
    }

    /// <summary>The broker took the identity: there is nothing to go back to any more.</summary>
    public void Proved() => _before = null;

    /// <summary>The broker refused the identity.</summary>
    /// <param name="everConnected">Whether the device was connected before, in this run.</param>
    public AfterRefusal Refused(bool everConnected)
    {
        if (_before is not null)
        {
            return AfterRefusal.GoBack;
        }

        if (provisioning is null)
        {
            return everConnected ? AfterRefusal.TryAgain : AfterRefusal.GiveUp;
        }

        return _provisionedAt is { } at && time.GetElapsedTime(at) < provisioning.AnewAfter ? AfterRefusal.TryAgain : AfterRefusal.Provision;
    }

    /// <summary>Goes back to the credential before.</summary>
    public async Task GoBackAsync(CancellationToken cancellationToken)
    {
        var before = _before ?? throw new InvalidOperationException("There is none.");
        lock (_refused)
        {
            if (_identity?.CredentialId is { } refused)
            {
                _refused.Add(refused);
            }
        }

        await store.StoreAsync(before, cancellationToken);
        (_identity, _before) = (before, null);
    }

    /// <summary>The device begins to provision itself.</summary>
    public void NoteProvisioning() => _provisionedAt = time.GetTimestamp();

    /// <summary>Takes the identity on that the device was given.</summary>
    public async Task TakeIssuedAsync(SimulatorIdentity issued, CancellationToken cancellationToken)
    {
        await store.StoreAsync(issued, cancellationToken);
        (_identity, _before) = (issued, null);
    }
}
