using System.Net;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Server.Process;

namespace EmbeddedDapr.Server.Tests;

public sealed class DaprdFlagsTests
{
    [Fact]
    public void Values_come_after_an_equals_sign_or_a_blank()
    {
        var (flags, faults) = DaprdFlags.Parse(
            ["--app-id=a", "--app-port", "81", "--enable-profiling", "--dapr-http-port=82", "--resources-path", "/,/tmp", "--resources-path=/usr", "--dapr-listen-addresses=[::1],127.0.0.1", "--max-body-size", "1Mi", "--placement-host-address=somewhere:1"]);

        Assert.Empty(faults);
        Assert.Equal(("a", 81, 82, 1024 * 1024), (flags.AppId, flags.AppPort, flags.HttpPort, (int)flags.BodyBytesMax));
        Assert.Equal(["/", "/tmp", "/usr"], flags.ResourcesPaths);
        Assert.Equal([IPAddress.IPv6Loopback, IPAddress.Loopback], flags.Addresses);
        Assert.Equal(["enable-profiling", "placement-host-address"], flags.Ignored);
    }

    [Fact]
    public void All_faults_are_reported_together()
    {
        var (_, faults) = DaprdFlags.Parse(
            ["--app-id=a.b", "--app-port=3500", "--what=1", "--max-body-size=lots", "--dapr-grpc-port=x", "--config=/none.yaml", "--resources-path=/none", "--app-protocol=smoke", "--log-level=loud"]);

        Assert.Equal(9, faults.Count);
    }

    [Theory]
    [InlineData(1, "--app-id=")]
    [InlineData(1, "--app-id=a", "--dapr-http-port=x")]
    [InlineData(1, "--app-id=a", "--enable-app-health-check", "--app-health-probe-timeout=2000", "--app-health-probe-interval=1")]
    [InlineData(2, "--app-id=a", "--no-such-flag")]
    [InlineData(2, "--app-id=a", "--app-max-concurrency=many")]
    [InlineData(2, "--app-id=a", "--enable-mtls=perhaps")]
    [InlineData(2, "--app-id")]
    public void What_the_flag_library_refuses_ends_with_two_and_the_rest_with_one(int exitCode, params string[] args)
    {
        var read = DaprdFlags.Parse(args);

        Assert.NotEmpty(read.Faults);
        Assert.Equal(exitCode, read.ExitCode);
    }

    [Fact]
    public void Words_are_passed_over_and_one_dash_will_do()
    {
        var (flags, faults) = DaprdFlags.Parse(["stray", "-app-id", "a", "--enable-mtls", "true", "--enable-metrics=false", "--", "--what"]);

        Assert.Empty(faults);
        Assert.Equal(("a", false), (flags.AppId, flags.EnableMetrics));
    }

    [Theory]
    [InlineData("--app-health-probe-interval=0", "--app-health-probe-timeout=-1", "--app-health-threshold=0")]
    [InlineData("--app-port=1")]
    public void Health_checks_have_defaults_for_nothing_and_less(params string[] args)
    {
        var (flags, faults) = DaprdFlags.Parse(["--app-id=a", "--enable-app-health-check", .. args]);

        Assert.Empty(faults);
        Assert.Equal(new AppHealthOptions(), flags.AppHealth);
    }

    [Theory]
    [InlineData("-1", 4 * 1024 * 1024)]
    [InlineData("1.5Ki", 1536)]
    [InlineData("10M", 10_000_000)]
    [InlineData("512Mi", 512L * 1024 * 1024)]
    [InlineData("17", 17)]
    public void Sizes_are_quantities(string text, long bytes) => Assert.Equal(bytes, DaprdFlags.Parse(["--app-id=a", $"--max-body-size={text}"]).Flags.BodyBytesMax);
}
