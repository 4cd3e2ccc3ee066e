using System.Security.Cryptography;
using System.Text;
using EmbeddedDapr.Components;

namespace EmbeddedDapr.State.Encryption;

/// <summary>A key of a store and the name under which values say that they need it.</summary>
/// <param name="Name">Name of the secret that holds the key.</param>
/// <param name="Bytes">128, 192 or 256 bits.</param>
internal sealed record StateKey(string Name, byte[] Bytes);

/// <summary>
/// Encryption of values at rest (contract section 3.3), in daprd's form: base64 of nonce, AES-GCM ciphertext and tag, then <c>||</c> and the name of the key. The primary key
/// encrypts; the secondary one still decrypts, so that keys can be rotated. Thread safe.
/// </summary>
internal sealed class StateCipher(StateKey primary, StateKey? secondary)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>The cipher that a component asks for; null: none.</summary>
    /// <exception cref="ComponentException">A key is no hex text of 128, 192 or 256 bits.</exception>
    public static StateCipher? Of(ComponentMetadata metadata, Func<string, string> nameOf) =>
        Key("primaryEncryptionKey", metadata, nameOf) is { } primary ? new StateCipher(primary, Key("secondaryEncryptionKey", metadata, nameOf)) : null;

    public byte[] Encrypt(ReadOnlySpan<byte> value)
    {
        var sealedValue = new byte[NonceBytes + value.Length + TagBytes];
        var nonce = sealedValue.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(primary.Bytes, TagBytes);
        aes.Encrypt(nonce, value, sealedValue.AsSpan(NonceBytes, value.Length), sealedValue.AsSpan(NonceBytes + value.Length));
        return Encoding.UTF8.GetBytes(Convert.ToBase64String(sealedValue) + StateKeys.Separator + primary.Name);
    }

    /// <exception cref="ComponentException">The value names no key that is known, or was not encrypted with it.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> stored)
    {
        if (stored.IsEmpty)
        {
            return [];
        }

        var end = stored.LastIndexOf("||"u8);
        var name = end < 0 ? string.Empty : Encoding.UTF8.GetString(stored[(end + StateKeys.Separator.Length)..]);
        var key = name == primary.Name ? primary : name == secondary?.Name ? secondary : null;
        if (key is null)
        {
            throw new ComponentException("could not decrypt data: encryption key name not found on record");
        }

        try
        {
            var bytes = Convert.FromBase64String(Encoding.UTF8.GetString(stored[..end])).AsSpan();
            var value = new byte[bytes.Length - NonceBytes - TagBytes];
            using var aes = new AesGcm(key.Bytes, TagBytes);
            aes.Decrypt(bytes[..NonceBytes], bytes[NonceBytes..^TagBytes], bytes[^TagBytes..], value);
            return value;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or OverflowException or ArgumentOutOfRangeException)
        {
            throw new ComponentException("could not decrypt data: the record was not encrypted with its key", exception);
        }
    }

    private static StateKey? Key(string name, ComponentMetadata metadata, Func<string, string> nameOf)
    {
        if (metadata.Text(name) is not { } text)
        {
            return null;
        }

        try
        {
            var bytes = Convert.FromHexString(text);
            return bytes.Length is 16 or 24 or 32 ? new StateKey(nameOf(name), bytes) : throw new ComponentException($"metadata property '{name}' is not a key of 128, 192 or 256 bits");
        }
        catch (FormatException)
        {
            throw new ComponentException($"metadata property '{name}' is not hexadecimal");
        }
    }
}
