using EmbeddedDapr.Runtime.Configuration;
using EmbeddedDapr.Server.Access;

namespace EmbeddedDapr.Server.Tests.Access;

public sealed class ApiAccessTests
{
    [Theory]
    [InlineData("/v1.0/state/s/k", true)]
    [InlineData("/v1.0-alpha1/state/s/query", false)]
    [InlineData("/v1.0/publish/p/t", false)]
    [InlineData("/v1.0/healthz", false)]
    [InlineData("/anything", false)]
    public void Denying_takes_one_group_of_one_version(string path, bool isDenied) =>
        Assert.Equal(isDenied, Http(new() { ApiDenied = [new("state", "v1", "http")] })!.Denies(path));

    [Theory]
    [InlineData("/v1.0/state/s/k", false)]
    [InlineData("/v1.0/publish/p/t", true)]
    [InlineData("/v1.0/metadata", true)]
    [InlineData("/v1.0/healthz/outbound", false)]
    public void Allowing_one_denies_the_rest_but_health(string path, bool isDenied)
    {
        var access = Http(new() { ApiAllowed = [new("state", "v1.0", "HTTP")] })!;

        Assert.Equal(isDenied, access.Denies(path));
        Assert.False(access.AllowsInvocation);
    }

    [Fact]
    public void Rules_of_the_other_head_change_nothing() => Assert.Null(Http(new() { ApiAllowed = [new("state", "v1", "grpc")] }));

    [Theory]
    [InlineData("GetState", true)]
    [InlineData("GetMetadata", false)]
    [InlineData("NoSuchMethod", false)]
    public void Rpcs_go_with_their_group(string method, bool isDenied)
    {
        var access = ApiAccess.For("grpc", new RuntimeConfiguration { ApiDenied = [new("state", "v1", "grpc")] })!;

        Assert.Equal(isDenied, GrpcApiAccess.Denies(access, "/dapr.proto.runtime.v1.Dapr/" + method));
        Assert.False(GrpcApiAccess.Denies(access, "/other.Service/" + method));
    }

    private static HttpApiAccess? Http(RuntimeConfiguration configuration) => HttpApiAccess.For(configuration);
}
