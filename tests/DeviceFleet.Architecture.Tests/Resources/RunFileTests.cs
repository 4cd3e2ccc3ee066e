using DeviceFleet.Architecture.Tests.Repository;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Architecture.Tests.Resources;

/// <summary>dapr.yaml against the code and the folders it points at.</summary>
public sealed class RunFileTests
{
    private static readonly RunFile Run = ResourceFiles.Read<RunFile>("dapr.yaml");

    [Fact]
    public void It_runs_every_service() =>
        Assert.Equal([DaprNames.DevicesApp, DaprNames.GatewayApp, DaprNames.ProvisioningApp], Run.Apps.Select(app => app.AppID));

    [Fact]
    public void Each_app_listens_on_loopback_at_the_port_that_its_sidecar_calls() =>
        Assert.All(Run.Apps, app =>
        {
            Assert.Equal(NamesInCode.PortOf(app.AppID), app.AppPort);
            Assert.Equal($"http://127.0.0.1:{app.AppPort}", app.Env["ASPNETCORE_URLS"]);
        });

    [Fact]
    public void Each_app_is_a_project_that_can_be_run() =>
        Assert.All(Run.Apps, app =>
        {
            Assert.Single(Checkout.In(app.AppDirPath, ".csproj"));
            Assert.Equal(["dotnet", "run"], app.Command.Take(2));
        });

    [Fact]
    public void No_two_ports_are_the_same()
    {
        var ports = Run.Apps.SelectMany(app => new[] { app.AppPort, app.DaprHTTPPort, app.DaprGRPCPort }).ToArray();

        Assert.DoesNotContain(0, ports);
        Assert.Equal(ports.Distinct(), ports);
    }

    [Fact]
    public void Sidecars_read_the_cluster_components_and_the_hosts_secret_store_and_listen_on_loopback()
    {
        Assert.Equal(1, Run.Version);
        Assert.Equal(["components/cluster", "components/host"], Run.Common.ResourcesPaths);
        Assert.All(Run.Common.ResourcesPaths, folder => Assert.True(Directory.Exists(Checkout.PathOf(folder))));
        Assert.Equal("Configuration", ResourceFiles.KindOf(Run.Common.ConfigFilePath));
        Assert.Equal("127.0.0.1", Run.Common.ApiListenAddresses);
    }
}
