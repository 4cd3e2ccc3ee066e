using System.Collections.Concurrent;
using DeviceFleet.Simulator.Files;

namespace DeviceFleet.Simulator.Provisioning;

/// <summary>The identities of a run's devices, and the file that they are kept in if there is one. Thread-safe.</summary>
internal sealed class IdentityStore : IDisposable
{
    private readonly ConcurrentDictionary<string, KeptIdentity> _byHardware = new(StringComparer.Ordinal);
    private readonly LineFile? _file;

    private IdentityStore(LineFile? file) => _file = file;

    /// <summary>Opens the file, making it if need be; without one, identities last as long as the run.</summary>
    /// <exception cref="InvalidDataException">A line of the file is no identity.</exception>
    public static IdentityStore Open(string? path)
    {
        if (path is null)
        {
            return new IdentityStore(file: null);
        }

        var file = LineFile.Open(path, ownerOnly: true);
        try
        {
            var store = new IdentityStore(file);
            foreach (var identity in IdentityFile.Read(path))
            {
                store.Keep(identity);
            }

            return store;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What is kept for a hardware; null: nothing.</summary>
    public KeptIdentity? Find(string hardwareId) => _byHardware.GetValueOrDefault(hardwareId);

    /// <summary>Keeps an identity in place of the one before. When it answers, it is on disk: only then may the device show it to anybody.</summary>
    public async Task StoreAsync(SimulatorIdentity identity, CancellationToken cancellationToken)
    {
        if (_file is not null)
        {
            await _file.AppendDurablyAsync(IdentityFile.Line(identity), cancellationToken);
        }

        Keep(identity);
    }

    public void Dispose() => _file?.Dispose();

    private void Keep(SimulatorIdentity identity) => _byHardware.AddOrUpdate(
        identity.HardwareId,
        static (_, added) => new KeptIdentity(added, null),
        static (_, before, added) => new KeptIdentity(added, before.Current.DeviceId == added.DeviceId && before.Current.Secret != added.Secret ? before.Current : before.Before),
        identity);
}

/// <summary>What is kept for one hardware.</summary>
/// <param name="Current">The newest.</param>
/// <param name="Before">The one before, of the same device: what to go back to when the newest was never taken. Null: none.</param>
internal sealed record KeptIdentity(SimulatorIdentity Current, SimulatorIdentity? Before);
