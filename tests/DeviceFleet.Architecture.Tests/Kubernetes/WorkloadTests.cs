using System.Globalization;
using DeviceFleet.Architecture.Tests.Repository;
using DeviceFleet.Architecture.Tests.Resources;
using DeviceFleet.Contracts.Messaging;
using k8s.Models;

namespace DeviceFleet.Architecture.Tests.Kubernetes;

/// <summary>Pods: their sidecars, ports, probes, limits and rights.</summary>
public sealed class WorkloadTests
{
    private const string HealthPath = "/healthz";

    public static TheoryData<string> Apps => [DaprNames.DevicesApp, DaprNames.GatewayApp, DaprNames.ProvisioningApp];

    [Fact]
    public void Every_service_has_its_pods() =>
        Assert.Equal([DaprNames.DevicesApp, DaprNames.GatewayApp, DaprNames.ProvisioningApp], Manifests.Workloads.Select(workload => workload.Metadata.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Apps))]
    public void The_sidecar_knows_app_port_tokens_and_configuration(string app)
    {
        var annotations = Workload(app).Spec.Template.Metadata.Annotations;

        Assert.Equal("true", annotations["dapr.io/enabled"]);
        Assert.Equal(app, annotations["dapr.io/app-id"]);
        Assert.Equal(Port(app), annotations["dapr.io/app-port"]);
        Assert.Equal(HealthPath, annotations["dapr.io/app-health-check-path"]);
        Assert.Contains(annotations["dapr.io/config"], ResourceFiles.Cluster.Where(file => ResourceFiles.KindOf(file) == "Configuration").Select(ResourceFiles.NameOf));
        Assert.Contains("dapr.io/sidecar-memory-limit", annotations);
        Assert.Contains("dapr.io/sidecar-cpu-limit", annotations);
        // The app shows and expects the tokens of these secrets.
        Assert.Equal(annotations["dapr.io/api-token-secret"], Variable(app, "DAPR_API_TOKEN").ValueFrom.SecretKeyRef.Name);
        Assert.Equal(annotations["dapr.io/app-token-secret"], Variable(app, "APP_API_TOKEN").ValueFrom.SecretKeyRef.Name);
    }

    [Fact]
    public void Annotations_are_spelt_as_the_injector_reads_them()
    {
        string[] known =
        [
            "enabled", "app-id", "app-port", "app-protocol", "config", "api-token-secret", "app-token-secret", "disable-builtin-k8s-secret-store", "enable-app-health-check",
            "app-health-check-path", "app-health-probe-timeout", "graceful-shutdown-seconds", "log-as-json", "sidecar-cpu-request", "sidecar-cpu-limit", "sidecar-memory-request",
            "sidecar-memory-limit", "sidecar-seccomp-profile-type", "env",
        ];

        Assert.All(Manifests.Workloads, workload =>
            Assert.Empty(workload.Spec.Template.Metadata.Annotations.Keys.Except(known.Select(name => "dapr.io/" + name))));
    }

    [Fact]
    public void Every_gateway_replica_hears_every_event_and_replicas_of_devices_would_share_them()
    {
        var variable = ResourceFiles.Read<ComponentResource>("components/cluster/fleet-pubsub.yaml").Entry("consumerID")!.EnvRef;

        Assert.Equal(variable + "={podName}", Workload(DaprNames.GatewayApp).Spec.Template.Metadata.Annotations["dapr.io/env"]);
        Assert.DoesNotContain("dapr.io/env", Workload(DaprNames.DevicesApp).Spec.Template.Metadata.Annotations);
        Assert.DoesNotContain("dapr.io/env", Workload(DaprNames.ProvisioningApp).Spec.Template.Metadata.Annotations);
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void The_container_listens_where_its_port_says_and_is_probed_there(string app)
    {
        var container = Container(app);
        var port = Assert.Single(container.Ports);

        Assert.Equal("http", port.Name);
        Assert.Equal(NamesInCode.PortOf(app), port.ContainerPort);
        Assert.Equal(Port(app), Variable(app, "ASPNETCORE_HTTP_PORTS").Value);
        Assert.All([container.StartupProbe, container.ReadinessProbe, container.LivenessProbe], probe =>
        {
            Assert.Equal(HealthPath, probe.HttpGet.Path);
            Assert.Equal("http", probe.HttpGet.Port.Value);
        });
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void The_container_has_requests_and_limits(string app)
    {
        var resources = Container(app).Resources;

        foreach (var name in new[] { "cpu", "memory" })
        {
            Assert.True(resources.Requests[name].ToDecimal() > 0, name);
            Assert.True(resources.Limits[name].ToDecimal() >= resources.Requests[name].ToDecimal(), name);
        }
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void Nothing_runs_as_root_or_writes_to_its_image(string app)
    {
        var pod = Workload(app).Spec.Template.Spec;
        var container = Container(app).SecurityContext;

        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.True(pod.SecurityContext.RunAsUser > 0);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(container.RunAsNonRoot);
        Assert.True(container.ReadOnlyRootFilesystem);
        Assert.False(container.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.Capabilities.Drop);
        Assert.Null(container.Capabilities.Add);
        Assert.All(Manifests.Of<V1Namespace>(), ns => Assert.Equal("restricted", ns.Metadata.Labels["pod-security.kubernetes.io/enforce"]));
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void Selectors_names_and_mounts_meet(string app)
    {
        var spec = Workload(app).Spec;
        var pod = spec.Template.Spec;

        Assert.All(spec.Selector.MatchLabels, label => Assert.Contains(label, spec.Template.Metadata.Labels));
        Assert.Contains(pod.ServiceAccountName, Manifests.Of<V1ServiceAccount>().Select(account => account.Metadata.Name));
        var headless = Assert.Single(Manifests.Of<V1Service>(), service => service.Metadata.Name == spec.ServiceName);
        Assert.Equal("None", headless.Spec.ClusterIP);
        Assert.Equal(pod.Volumes.Select(volume => volume.Name).Order(), Container(app).VolumeMounts.Select(mount => mount.Name).Order());
        Assert.True(spec.Replicas >= 2, "a budget of one unavailable replica needs a second one");
        Assert.True(pod.TerminationGracePeriodSeconds > int.Parse(spec.Template.Metadata.Annotations["dapr.io/graceful-shutdown-seconds"], CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Settings_of_the_gateway_point_into_its_mounts()
    {
        var container = Container(DaprNames.GatewayApp);
        var file = Variable(DaprNames.GatewayApp, "Auth__KeyFile").Value;
        var mount = Assert.Single(container.VolumeMounts, mount => file.StartsWith(mount.MountPath + "/", StringComparison.Ordinal));
        var volume = Assert.Single(Workload(DaprNames.GatewayApp).Spec.Template.Spec.Volumes, volume => volume.Name == mount.Name);

        Assert.True(mount.ReadOnlyProperty);
        Assert.Contains(volume.Secret.Items, item => $"{mount.MountPath}/{item.Path}" == file);
        Assert.Contains("Auth:KeyFile", Checkout.Read("docs/operations.md"), StringComparison.Ordinal);
    }

    private static V1StatefulSet Workload(string app) => Assert.Single(Manifests.Workloads, workload => workload.Metadata.Name == app);

    private static V1Container Container(string app) => Assert.Single(Workload(app).Spec.Template.Spec.Containers);

    private static V1EnvVar Variable(string app, string name) => Assert.Single(Container(app).Env, variable => variable.Name == name);

    private static string Port(string app) => NamesInCode.PortOf(app).ToString(CultureInfo.InvariantCulture);
}
