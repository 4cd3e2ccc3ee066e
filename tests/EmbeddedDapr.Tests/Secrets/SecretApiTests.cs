using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Tests.Secrets;

public sealed class SecretApiTests
{
    private static readonly Dictionary<string, string> None = [];

    private readonly TestSidecar _sidecar = new();

    [Fact]
    public async Task A_secret_is_a_map()
    {
        Assert.Equal(new Dictionary<string, string> { ["plain"] = "s1" }, (await _sidecar.Value.Secrets.GetAsync("vault", "plain", None, default)).Value);
        Assert.Equal("slash", (await _sidecar.Value.Secrets.GetAllAsync("vault", default)).Value["sl/ash"]["sl/ash"]);
    }

    [Fact]
    public async Task A_missing_secret_is_a_failure_of_the_store()
    {
        var error = (await _sidecar.Value.Secrets.GetAsync("vault", "x", None, default)).Error!;

        Assert.Equal(("ERR_SECRET_GET", 500, "failed getting secret with key x from secret store vault: secret x not found"), (error.Code, error.HttpStatus, error.Message));
    }

    [Fact]
    public async Task Stores_are_told_apart_from_none_at_all()
    {
        var unknown = (await _sidecar.Value.Secrets.GetAsync("none", "x", None, default)).Error!;
        var none = (await TestSidecar.Bare().Secrets.GetAllAsync("none", default)).Error!;

        Assert.Equal(("ERR_SECRET_STORE_NOT_FOUND", 401, GrpcCode.InvalidArgument), (unknown.Code, unknown.HttpStatus, unknown.Grpc));
        Assert.Equal(("ERR_SECRET_STORES_NOT_CONFIGURED", 500, GrpcCode.FailedPrecondition), (none.Code, none.HttpStatus, none.Grpc));
    }
}
