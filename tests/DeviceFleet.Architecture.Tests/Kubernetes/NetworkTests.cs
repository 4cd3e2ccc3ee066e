using DeviceFleet.Architecture.Tests.Resources;
using DeviceFleet.Contracts.Messaging;
using k8s.Models;

namespace DeviceFleet.Architecture.Tests.Kubernetes;

/// <summary>Services, policies and the ingress select pods and ports that exist.</summary>
public sealed class NetworkTests
{
    [Fact]
    public void Every_selector_meets_pods()
    {
        var selectors =
            Manifests.Of<V1Service>().Select(service => (service.Metadata.Name, Labels: service.Spec.Selector))
                .Concat(Manifests.Of<V1PodDisruptionBudget>().Select(budget => (budget.Metadata.Name, Labels: budget.Spec.Selector.MatchLabels)))
                .Concat(Manifests.Of<V1NetworkPolicy>().Where(policy => policy.Spec.PodSelector.MatchLabels is not null).Select(policy => (policy.Metadata.Name, Labels: policy.Spec.PodSelector.MatchLabels)));

        Assert.All(selectors, selector => Assert.Contains(Manifests.Workloads, workload => selector.Labels.All(workload.Spec.Template.Metadata.Labels.Contains)));
    }

    [Fact]
    public void Every_service_leads_to_a_named_port() =>
        Assert.All(Manifests.Of<V1Service>().SelectMany(service => service.Spec.Ports), port => Assert.Equal("http", port.TargetPort.Value));

    [Fact]
    public void Every_workload_may_lose_one_replica_at_a_time() =>
        Assert.All(Manifests.Workloads, workload =>
            Assert.Equal("1", Assert.Single(Manifests.Of<V1PodDisruptionBudget>(), budget => budget.Metadata.Name == workload.Metadata.Name).Spec.MaxUnavailable.Value));

    [Fact]
    public void Nothing_comes_in_that_no_policy_names()
    {
        var closed = Assert.Single(Manifests.Of<V1NetworkPolicy>(), policy => policy.Metadata.Name == "deny-all");

        Assert.Null(closed.Spec.PodSelector.MatchLabels);
        Assert.Equal(["Ingress"], closed.Spec.PolicyTypes);
        Assert.Null(closed.Spec.Ingress);
    }

    [Fact]
    public void People_reach_the_gateway_and_nobody_reaches_devices()
    {
        var open = Manifests.Of<V1NetworkPolicy>()
            .SelectMany(policy => (policy.Spec.Ingress ?? []).Select(rule => (policy.Spec.PodSelector, rule)))
            .Where(entry => entry.rule.FromProperty.Any(peer => peer.NamespaceSelector is not null || peer.IpBlock is not null));

        var (pods, rule) = Assert.Single(open);
        Assert.Equal(DaprNames.GatewayApp, Assert.Single(pods.MatchLabels, label => label.Key == "app.kubernetes.io/name").Value);
        Assert.Equal($"{NamesInCode.PortOf(DaprNames.GatewayApp)}", Assert.Single(rule.Ports).Port.Value);
    }

    [Fact]
    public void Sidecars_reach_each_other_at_daprds_internal_port()
    {
        var policy = Assert.Single(Manifests.Of<V1NetworkPolicy>(), policy => policy.Metadata.Name == "sidecars");

        Assert.Equal("50002", Assert.Single(Assert.Single(policy.Spec.Ingress).Ports).Port.Value);
    }

    [Fact]
    public void The_ingress_leads_to_the_gateways_service()
    {
        var path = Assert.Single(Assert.Single(Assert.Single(Manifests.Of<V1Ingress>()).Spec.Rules).Http.Paths);
        var service = Assert.Single(Manifests.Of<V1Service>(), service => service.Metadata.Name == path.Backend.Service.Name);

        Assert.Equal(DaprNames.GatewayApp, service.Metadata.Name);
        Assert.Contains(path.Backend.Service.Port.Name, service.Spec.Ports.Select(port => port.Name));
        Assert.Equal("ClientIP", service.Spec.SessionAffinity);
    }
}
