using System.Security.Cryptography;
using System.Text;

namespace DeviceFleet.Provisioning.Enrolments;

/// <summary>What only the master key can do for one enrolment: keep its key, and know its codes. Each use has a key of its own, derived from the master key and the enrolment's id.</summary>
/// <param name="masterKey">The master key.</param>
/// <param name="enrolmentId">The enrolment.</param>
internal sealed class EnrolmentKeys(byte[] masterKey, string enrolmentId)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int MacBytes = 16;

    /// <summary>Encrypts the enrolment's key: AES-256-GCM, the nonce before it and the tag behind it.</summary>
    public string Seal(ReadOnlySpan<byte> key)
    {
        var sealedKey = new byte[NonceBytes + key.Length + TagBytes];
        RandomNumberGenerator.Fill(sealedKey.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(Derive("seal"), TagBytes);
        aes.Encrypt(sealedKey.AsSpan(0, NonceBytes), key, sealedKey.AsSpan(NonceBytes, key.Length), sealedKey.AsSpan(NonceBytes + key.Length));
        return Convert.ToBase64String(sealedKey);
    }

    /// <summary>Decrypts it.</summary>
    /// <exception cref="CryptographicException">It was encrypted with another master key.</exception>
    public byte[] Open(string sealedKey)
    {
        ReadOnlySpan<byte> all = Convert.FromBase64String(sealedKey);
        var key = new byte[all.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(Derive("seal"), TagBytes);
        aes.Decrypt(all[..NonceBytes], all[NonceBytes..^TagBytes], all[^TagBytes..], key);
        return key;
    }

    /// <summary>What is kept of a claim code.</summary>
    public string MacOf(string code) => Convert.ToBase64String(HMACSHA256.HashData(Derive("code"), Encoding.ASCII.GetBytes(ClaimCodeText.Normalize(code))).AsSpan(0, MacBytes));

    private byte[] Derive(string use) => HMACSHA256.HashData(masterKey, Encoding.UTF8.GetBytes($"devicefleet-enrolment-v1|{use}|{enrolmentId}"));
}

/// <summary>Claim codes as text.</summary>
internal static class ClaimCodeText
{
    /// <summary>32 letters and digits, none of which looks like another: 5 bits each, 60 in a code.</summary>
    private const string Alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    private const int Length = 12;

    /// <summary>A new code, as people read it.</summary>
    public static string Make()
    {
        var code = RandomNumberGenerator.GetString(Alphabet, Length);
        return $"{code[..4]}-{code[4..8]}-{code[8..]}";
    }

    /// <summary>As it counts: in upper case, without dashes.</summary>
    public static string Normalize(string code) => code.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Whether a text could be one.</summary>
    public static bool IsCode(string code) => Normalize(code) is { Length: Length } text && text.All(c => Alphabet.Contains(c, StringComparison.Ordinal));
}
