using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Simulator.Firmware;

namespace DeviceFleet.Simulator.Tests.Firmware;

public sealed class FirmwareCheckTests : IAsyncDisposable
{
    private readonly TestGateway _gateway = new();
    private readonly FirmwareOrder _order;

    public FirmwareCheckTests() => _order = _gateway.Release("2.0.0", "pump");

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public void A_release_that_was_signed_is_taken()
    {
        Assert.Null(Refusal(_order));
        Assert.Null(FirmwareCheck.Refusal(_gateway.Release("2.0.0"), "meter", "2.0.0-rc.1", _gateway.FirmwareKey));
    }

    [Fact]
    public void Whatever_the_signature_speaks_of_cannot_be_changed()
    {
        Assert.Equal("wrong signature", Refusal(_order with { Version = "2.0.1" }));
        Assert.Equal("wrong signature", Refusal(_order with { Size = _order.Size + 1 }));
        Assert.Equal("wrong signature", Refusal(_order with { Sha256 = new string('0', 64) }));
        Assert.Equal("wrong signature", Refusal(_order with { DeviceType = null }));
        Assert.Equal("wrong signature", Refusal(_order with { Signature = Convert.ToBase64String(new byte[64]) }));
        Assert.Equal("key or signature that cannot be read", Refusal(_order with { Signature = "!" }));
    }

    [Fact]
    public async Task Another_key_or_none_lets_nothing_in()
    {
        await using var other = new TestGateway();

        Assert.Equal("wrong signature", FirmwareCheck.Refusal(_order, "pump", "1.0.0", other.FirmwareKey));
        Assert.Equal("no key to check firmware with", FirmwareCheck.Refusal(_order, "pump", "1.0.0", null));
        Assert.Equal("key or signature that cannot be read", FirmwareCheck.Refusal(_order, "pump", "1.0.0", "AAAA"));
    }

    [Fact]
    public void An_older_version_is_taken_only_when_the_order_says_that_it_may_be_older()
    {
        Assert.Equal("older than 2.1.0", FirmwareCheck.Refusal(_order, "pump", "2.1.0", _gateway.FirmwareKey));
        Assert.Null(FirmwareCheck.Refusal(_order with { MayBeOlder = true }, "pump", "2.1.0", _gateway.FirmwareKey));
    }

    [Fact]
    public void What_is_no_version_is_refused_and_is_older_than_any()
    {
        Assert.All(["", "1.4", "v1.4.0", "../1.4.0"], version => Assert.Equal("no version", Refusal(_order with { Version = version })));
        Assert.Null(FirmwareCheck.Refusal(_order, "pump", "2024a", _gateway.FirmwareKey));
    }

    [Fact]
    public void Another_type_a_size_beyond_bounds_and_a_way_elsewhere_are_refused()
    {
        Assert.Equal("for devices of type pump", FirmwareCheck.Refusal(_order, "meter", "1.0.0", _gateway.FirmwareKey));
        Assert.Equal($"a size of {ReleaseLimits.ImageBytesMax + 1} bytes", Refusal(_order with { Size = ReleaseLimits.ImageBytesMax + 1 }));
        Assert.All(["//evil.example/x", "http://evil.example/x", "\\\\evil", "/\\evil.example/x", ""], path => Assert.Equal("no hash or path", Refusal(_order with { Path = path })));
    }

    private string? Refusal(FirmwareOrder order) => FirmwareCheck.Refusal(order, "pump", "1.0.0", _gateway.FirmwareKey);
}
