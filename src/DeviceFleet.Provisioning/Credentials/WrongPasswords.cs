using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Credentials;

/// <summary>
/// Counts passwords that are hashed in vain, by user name, so that nobody who guesses keeps the processors from those who know. Whoever is about to cost a hash takes a permit and gives it
/// back if the password matched. What it remembers is bounded: names that nobody has count together, and all is forgotten with the window, or when more names come than
/// <see cref="NamesMax"/>. Thread-safe.
/// </summary>
internal sealed class WrongPasswords(IOptions<CredentialOptions> options, TimeProvider time)
{
    private const int NamesMax = 100_000;
    private const string Unknown = ""; // no device's name

    private readonly Lock _gate = new();
    private readonly CredentialOptions _options = options.Value;
    private readonly Dictionary<string, int> _counts = [];
    private DateTimeOffset _ends;

    /// <summary>Whether another password may be hashed for this user; null: for a name that nobody has.</summary>
    public bool TryTake(string? user)
    {
        var (name, most) = user is null ? (Unknown, _options.UnknownMax) : (user, _options.WrongMax);
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (now >= _ends || _counts.Count > NamesMax)
            {
                _counts.Clear();
                _ends = now + _options.WrongWindow;
            }

            _counts.TryGetValue(name, out var count);
            if (count >= most)
            {
                return false;
            }

            _counts[name] = count + 1;
            return true;
        }
    }

    /// <summary>It matched after all, or was not hashed.</summary>
    public void GiveBack(string? user)
    {
        var name = user ?? Unknown;
        lock (_gate)
        {
            if (_counts.TryGetValue(name, out var count) && count > 1)
            {
                _counts[name] = count - 1;
            }
            else
            {
                _counts.Remove(name);
            }
        }
    }
}
