using System.Net;
using EmbeddedDapr.Server.Process;

namespace EmbeddedDapr.Server.Tests;

public sealed class DaprdFlagsTests
{
    [Fact]
    public void Values_come_after_an_equals_sign_or_a_blank()
    {
        var (flags, faults) = DaprdFlags.Parse(
            ["--app-id=a", "--app-port", "81", "--enable-profiling", "--dapr-http-port=82", "--resources-path", "x,y", "--resources-path=z", "--dapr-listen-addresses=[::1],127.0.0.1", "--max-body-size", "1Mi", "--placement-host-address=somewhere:1"]);

        Assert.Empty(faults);
        Assert.Equal(("a", 81, 82, 1024 * 1024), (flags.AppId, flags.AppPort, flags.HttpPort, (int)flags.BodyBytesMax));
        Assert.Equal(["x", "y", "z"], flags.ResourcesPaths);
        Assert.Equal([IPAddress.IPv6Loopback, IPAddress.Loopback], flags.Addresses);
        Assert.Equal(["enable-profiling", "placement-host-address"], flags.Ignored);
    }

    [Fact]
    public void All_faults_are_reported_together()
    {
        var (_, faults) = DaprdFlags.Parse(["--app-id=a.b", "--app-port=3500", "--what=1", "--max-body-size=lots", "--dapr-grpc-port=x", "stray", "--config=/none.yaml", "--app-protocol=smoke"]);

        Assert.Equal(8, faults.Count);
    }

    [Theory]
    [InlineData("-1", -1)]
    [InlineData("10M", 10_000_000)]
    [InlineData("512Mi", 512L * 1024 * 1024)]
    [InlineData("17", 17)]
    public void Sizes_are_quantities(string text, long bytes) => Assert.Equal(bytes, DaprdFlags.Parse(["--app-id=a", $"--max-body-size={text}"]).Flags.BodyBytesMax);
}
