using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Credentials;

/// <summary>
/// Passwords that matched a hash before, so that the same password against the same hash needs no hashing. Neither is kept: only 128 bits of HMAC-SHA256 of both, under a random key that
/// ends with the process. A hash that was revoked is asked for no more, so there is nothing to invalidate. The bound is kept by two generations, as <see cref="ServiceDefaults.Actors.ProxyCache"/>
/// does. Thread-safe.
/// </summary>
internal sealed class ProvenPasswords(IOptions<CredentialOptions> options)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly int _generationMax = options.Value.ProvenMax / 2;
    private volatile ConcurrentDictionary<UInt128, byte> _young = new();
    private volatile ConcurrentDictionary<UInt128, byte> _old = new();
    private int _youngCount;

    /// <summary>Whether this password matched this hash before.</summary>
    public bool Contains(string hash, ReadOnlySpan<byte> password)
    {
        var proof = ProofOf(hash, password);
        if (_young.ContainsKey(proof))
        {
            return true;
        }

        if (!_old.ContainsKey(proof))
        {
            return false;
        }

        Add(proof);
        return true;
    }

    /// <summary>This password matches this hash.</summary>
    public void Add(string hash, ReadOnlySpan<byte> password) => Add(ProofOf(hash, password));

    private void Add(UInt128 proof)
    {
        var young = _young;
        if (young.TryAdd(proof, 0) && Interlocked.Increment(ref _youngCount) == _generationMax)
        {
            _old = young;
            _young = new ConcurrentDictionary<UInt128, byte>();
            Volatile.Write(ref _youngCount, 0);
        }
    }

    // The hash is text of fixed length: where it ends and the password begins is no question.
    private UInt128 ProofOf(string hash, ReadOnlySpan<byte> password)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        Span<byte> text = stackalloc byte[128];
        hmac.AppendData(text[..Encoding.ASCII.GetBytes(hash, text)]);
        hmac.AppendData(password);
        Span<byte> proof = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hmac.GetHashAndReset(proof);
        return MemoryMarshal.Read<UInt128>(proof);
    }
}
