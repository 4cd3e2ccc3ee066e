using DeviceFleet.Architecture.Tests.Repository;
using DeviceFleet.Architecture.Tests.Resources;

namespace DeviceFleet.Architecture.Tests.Kubernetes;

/// <summary>Kustomizations list what is on disk, all of it, and files are named after what they hold.</summary>
public sealed class KustomizationTests
{
    public static TheoryData<string> Folders => ["components", Manifests.Base, Manifests.Example];

    [Fact]
    public void Every_YAML_file_of_k8s_is_looked_at()
    {
        var all = Checkout.Files.Where(file => file.StartsWith("k8s/", StringComparison.Ordinal)).ToHashSet();

        Assert.Equal([.. Manifests.All.Keys, $"{Manifests.Base}/kustomization.yaml", $"{Manifests.Example}/kustomization.yaml"], all);
    }

    [Fact]
    public void A_file_holds_one_resource_named_as_its_file_and_says_who_uses_it() =>
        Assert.All(Manifests.All, manifest =>
        {
            Assert.Equal($"{manifest.Value.Metadata.Name}.{manifest.Value.Kind.ToLowerInvariant()}.yaml", Path.GetFileName(manifest.Key));
            Assert.StartsWith("# Who: ", Checkout.Read(manifest.Key), StringComparison.Ordinal);
        });

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_kustomization_lists_what_exists(string folder)
    {
        var kustomization = Read(folder);

        Assert.Equal("kustomize.config.k8s.io/v1beta1", kustomization.ApiVersion);
        Assert.Equal("Kustomization", kustomization.Kind);
        Assert.Equal(kustomization.Resources.Distinct(), kustomization.Resources);
        Assert.All(kustomization.Resources, resource =>
            Assert.True(Path.Exists(Checkout.PathOf($"{folder}/{resource}")), $"{folder}/kustomization.yaml: {resource} does not exist"));
        Assert.Empty(kustomization.Images.Select(image => image.Name).Except(Manifests.Workloads.SelectMany(workload => workload.Spec.Template.Spec.Containers).Select(container => container.Image.Split(':')[0])));
        Assert.Empty(kustomization.Replicas.Select(replica => replica.Name).Except(Manifests.Workloads.Select(workload => workload.Metadata.Name)));
    }

    [Fact]
    public void Kubernetes_reads_all_of_components_cluster_and_its_own_secret_store() =>
        Assert.Equal(
            ResourceFiles.Cluster.Concat(ResourceFiles.Kubernetes).Order(StringComparer.Ordinal),
            Read("components").Resources.Select(resource => "components/" + resource).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(Manifests.Base, "../../components")]
    [InlineData(Manifests.Example, "../../base")]
    public void Base_and_overlay_list_every_file_beside_them(string folder, string below)
    {
        var files = Checkout.In(folder, ".yaml").Select(file => Path.GetFileName(file)).Except(["kustomization.yaml"]);

        Assert.Equal(files.Append(below).Order(StringComparer.Ordinal), Read(folder).Resources.Order(StringComparer.Ordinal));
        Assert.Equal("devicefleet", Read(folder).Namespace);
    }

    private static Kustomization Read(string folder) => ResourceFiles.Read<Kustomization>($"{folder}/kustomization.yaml");

    internal sealed class Kustomization
    {
        public string ApiVersion { get; set; } = string.Empty;

        public string Kind { get; set; } = string.Empty;

        public string? Namespace { get; set; }

        public List<string> Resources { get; set; } = [];

        public List<ImageOverride> Images { get; set; } = [];

        public List<ReplicaOverride> Replicas { get; set; } = [];
    }

    internal sealed class ImageOverride
    {
        public string Name { get; set; } = string.Empty;

        public string? NewName { get; set; }

        public string? NewTag { get; set; }
    }

    internal sealed class ReplicaOverride
    {
        public string Name { get; set; } = string.Empty;

        public int Count { get; set; }
    }
}
