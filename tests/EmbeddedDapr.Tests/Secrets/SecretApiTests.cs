using EmbeddedDapr.Runtime;
using EmbeddedDapr.Runtime.Configuration;
using EmbeddedDapr.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

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

    [Theory]
    [InlineData("allow", "", "", true)]
    [InlineData("deny", "", "", false)]
    [InlineData("deny", "plain", "", true)]
    [InlineData("allow", "sl/ash", "", false)]
    [InlineData("allow", "", "plain", false)]
    [InlineData("allow", "plain", "plain", true)]
    public async Task A_scope_decides_what_may_be_read(string defaultAccess, string allowed, string denied, bool mayRead)
    {
        static string[] Names(string name) => name.Length == 0 ? [] : [name];
        var scope = new SecretScope("vault", defaultAccess == "deny", Names(allowed), Names(denied));
        var sidecar = new Sidecar
        {
            Options = new() { AppId = "app1", Configuration = new() { SecretScopes = [scope] } },
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
            Components = _sidecar.Value.Components,
        };

        Assert.Equal(mayRead ? null : "ERR_PERMISSION_DENIED", (await sidecar.Secrets.GetAsync("vault", "plain", None, default)).Error?.Code);
        Assert.Equal(mayRead, (await sidecar.Secrets.GetAllAsync("vault", default)).Value.ContainsKey("plain"));
    }
}
