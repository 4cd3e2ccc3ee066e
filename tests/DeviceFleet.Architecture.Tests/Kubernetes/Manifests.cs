using DeviceFleet.Architecture.Tests.Repository;
using DeviceFleet.Architecture.Tests.Resources;
using k8s;
using k8s.Models;

namespace DeviceFleet.Architecture.Tests.Kubernetes;

/// <summary>k8s/ as the API server would read it: typed, and strict about every member.</summary>
internal static class Manifests
{
    public const string Base = "k8s/base";
    public const string Example = "k8s/overlays/example";

    private static readonly Dictionary<string, Type> Types = new(StringComparer.Ordinal)
    {
        ["v1/Namespace"] = typeof(V1Namespace),
        ["v1/Service"] = typeof(V1Service),
        ["v1/ServiceAccount"] = typeof(V1ServiceAccount),
        ["v1/Secret"] = typeof(V1Secret),
        ["apps/v1/StatefulSet"] = typeof(V1StatefulSet),
        ["policy/v1/PodDisruptionBudget"] = typeof(V1PodDisruptionBudget),
        ["networking.k8s.io/v1/NetworkPolicy"] = typeof(V1NetworkPolicy),
        ["networking.k8s.io/v1/Ingress"] = typeof(V1Ingress),
        ["rbac.authorization.k8s.io/v1/Role"] = typeof(V1Role),
        ["rbac.authorization.k8s.io/v1/RoleBinding"] = typeof(V1RoleBinding),
    };

    /// <summary>Every file of k8s/ with a resource, and the resource.</summary>
    public static IReadOnlyDictionary<string, IKubernetesObject<V1ObjectMeta>> All { get; } =
        new[] { Base, Example }
            .SelectMany(folder => Checkout.In(folder, ".yaml"))
            .Where(file => !file.EndsWith("/kustomization.yaml", StringComparison.Ordinal))
            .ToDictionary(file => file, Read, StringComparer.Ordinal);

    public static IReadOnlyList<V1StatefulSet> Workloads { get; } = [.. Of<V1StatefulSet>()];

    public static IEnumerable<T> Of<T>() => All.Values.OfType<T>();

    private static IKubernetesObject<V1ObjectMeta> Read(string file)
    {
        var document = ResourceFiles.Document(file);
        var type = $"{document["apiVersion"]}/{document["kind"]}";
        Assert.True(Types.ContainsKey(type), $"{file}: {type} is not expected here");
        try
        {
            var resources = KubernetesYaml.LoadAllFromString(Checkout.Read(file), Types, strict: true);
            return (IKubernetesObject<V1ObjectMeta>)Assert.Single(resources);
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw new InvalidDataException($"{file}, line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}", e);
        }
    }
}
