using DeviceFleet.Architecture.Tests.Repository;
using DeviceFleet.Architecture.Tests.Resources;
using DeviceFleet.Contracts.Messaging;
using k8s.Models;

namespace DeviceFleet.Architecture.Tests.Kubernetes;

/// <summary>Every secret that something refers to has a placeholder to copy from, and is named in the manual.</summary>
public sealed class SecretTests
{
    private static readonly IReadOnlyList<string> Given =
    [
        .. Manifests.Of<V1Secret>().SelectMany(secret => secret.StringData.Keys.Select(key => $"{secret.Metadata.Name}/{key}")).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Every_reference_has_a_placeholder_and_every_placeholder_a_reference()
    {
        var pods = Manifests.Workloads.Select(workload => workload.Spec.Template).ToArray();
        var variables = pods.SelectMany(pod => pod.Spec.Containers).SelectMany(container => container.Env)
            .Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>().Select(secret => $"{secret.Name}/{secret.Key}");
        var files = pods.SelectMany(pod => pod.Spec.Volumes).Select(volume => volume.Secret).OfType<V1SecretVolumeSource>()
            .SelectMany(secret => secret.Items.Select(item => $"{secret.SecretName}/{item.Key}"));

        string[] read = [$"{SecretNames.Provisioning}/{SecretNames.FirmwareKey}", $"{SecretNames.Provisioning}/{SecretNames.MasterKey}"];
        var needed = ClusterComponentsTests.SecretKeys.Concat(variables).Concat(files).Concat(read).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(needed, Given);
    }

    [Fact]
    public void Secrets_stand_in_overlays_only_and_hold_nothing_real()
    {
        var secrets = Manifests.All.Where(manifest => manifest.Value is V1Secret).ToArray();

        Assert.All(secrets, secret => Assert.StartsWith(Manifests.Example, secret.Key, StringComparison.Ordinal));
        Assert.All(secrets.SelectMany(secret => ((V1Secret)secret.Value).StringData.Values), value =>
            Assert.Matches(@"^(example|A+=|(https://)?[a-z0-9]+\.example:\d+|https://example:example@[a-z]+\.example:\d+/api/v5/clients/kickout/bulk|mqtts://[a-z-]+:example@[a-z]+\.example:\d+)$", value));
    }

    [Fact]
    public void Sidecars_may_read_the_secrets_of_their_components_and_no_others()
    {
        var rule = Assert.Single(Assert.Single(Manifests.Of<V1Role>()).Rules);
        var binding = Assert.Single(Manifests.Of<V1RoleBinding>());

        Assert.Equal(
            ClusterComponentsTests.SecretKeys.Select(key => key.Split('/')[0]).Append(SecretNames.Provisioning).Distinct().Order(StringComparer.Ordinal), rule.ResourceNames);
        Assert.Equal(["get"], rule.Verbs);
        Assert.Equal(["secrets"], rule.Resources);
        Assert.Equal(Assert.Single(Manifests.Of<V1Role>()).Metadata.Name, binding.RoleRef.Name);
        Assert.Equal(Manifests.Workloads.Select(workload => workload.Spec.Template.Spec.ServiceAccountName).Order(), binding.Subjects.Select(subject => subject.Name).Order());
    }

    [Fact]
    public void The_manual_names_every_secret()
    {
        var manual = Checkout.Read("docs/operations.md");

        Assert.All(Given, secret => Assert.Contains($"`{secret.Split('/')[0]}`", manual, StringComparison.Ordinal));
    }
}
