using System.Text;
using EmbeddedDapr.Components;
using EmbeddedDapr.State;
using EmbeddedDapr.State.Encryption;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Tests.State.Encryption;

public sealed class StateCipherTests
{
    private const string Old = "000102030405060708090a0b0c0d0e0f";
    private const string New = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    [Theory]
    [InlineData("")]
    [InlineData("{\"a\":\"||\"}")]
    public void A_value_comes_back_and_says_which_key_it_needs(string text)
    {
        var stored = Cipher(New).Encrypt(Encoding.UTF8.GetBytes(text));

        var parts = Encoding.UTF8.GetString(stored).Split("||");
        Assert.Equal("of-primaryEncryptionKey", parts[1]);
        Assert.Equal(12 + Encoding.UTF8.GetByteCount(text) + 16, Convert.FromBase64String(parts[0]).Length);
        Assert.Equal(text, Encoding.UTF8.GetString(Cipher(New).Decrypt(stored)));
        Assert.NotEqual(stored, Cipher(New).Encrypt(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void What_an_earlier_key_encrypted_is_read_with_the_secondary_one()
    {
        var before = new StateCipher(new StateKey("old", Convert.FromHexString(Old)), null);
        var after = new StateCipher(new StateKey("new", Convert.FromHexString(New)), new StateKey("old", Convert.FromHexString(Old)));

        Assert.Equal("v"u8.ToArray(), after.Decrypt(before.Encrypt("v"u8)));
        Assert.Throws<ComponentException>(() => before.Decrypt(after.Encrypt("v"u8)));
    }

    [Theory]
    [InlineData("plain text")]
    [InlineData("AAAA||of-primaryEncryptionKey")]
    [InlineData("!!!||of-primaryEncryptionKey")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA||of-primaryEncryptionKey")]
    public void What_was_not_encrypted_with_the_key_is_refused(string stored) =>
        Assert.Throws<ComponentException>(() => Cipher(New).Decrypt(Encoding.UTF8.GetBytes(stored)));

    [Theory]
    [InlineData("0001", "not a key of 128, 192 or 256 bits")]
    [InlineData("secret", "not hexadecimal")]
    public void A_key_that_is_none_is_an_error_of_the_component(string key, string why) =>
        Assert.Contains(why, Assert.Throws<ComponentException>(() => Cipher(key)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_store_gets_only_what_is_encrypted()
    {
        var inner = new FakeStateStore(TimeProvider.System);
        await using var store = new EncryptedStateStore(inner, Cipher(New));

        await store.WriteAsync([new StateOperation { Kind = StateOperationKind.Upsert, Key = "k", Value = "clear"u8.ToArray() }], default);

        Assert.DoesNotContain("clear", Encoding.UTF8.GetString((await inner.GetAsync("k", default))!.Value.Span), StringComparison.Ordinal);
        Assert.Equal("clear", Encoding.UTF8.GetString((await store.GetAsync("k", default))!.Value.Span));
        Assert.Equal(["clear", null], (await store.GetManyAsync(["k", "none"], default)).Select(value => value is null ? null : Encoding.UTF8.GetString(value.Value.Span)));
    }

    private static StateCipher Cipher(string key) =>
        StateCipher.Of(new ComponentMetadata([new("primaryEncryptionKey", key)]), name => "of-" + name)!;
}
