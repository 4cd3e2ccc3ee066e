using DeviceFleet.Architecture.Tests.Repository;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace DeviceFleet.Architecture.Tests.Resources;

/// <summary>Reads resource files into models; anything unexpected in a file is an error that names it.</summary>
internal static class ResourceFiles
{
    public static IReadOnlyList<string> Local { get; } = Checkout.In("components/local", ".yaml");

    public static IReadOnlyList<string> Cluster { get; } = Checkout.In("components/cluster", ".yaml");

    public static IReadOnlyList<string> Host { get; } = Checkout.In("components/host", ".yaml");

    public static IReadOnlyList<string> Kubernetes { get; } = Checkout.In("components/kubernetes", ".yaml");

    /// <summary>Every file that holds a Dapr resource.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Local, .. Cluster, .. Host, .. Kubernetes];

    public static IReadOnlyList<ComponentResource> Components(IEnumerable<string> files) =>
        [.. files.Where(file => KindOf(file) == "Component").Select(Read<ComponentResource>)];

    public static T Read<T>(string file)
    {
        var reader = new DeserializerBuilder()
            .WithNamingConvention(typeof(T) == typeof(RunFile) ? RunFileNames.Instance : CamelCaseNamingConvention.Instance)
            .WithDuplicateKeyChecking()
            .Build();
        try
        {
            return reader.Deserialize<T>(Checkout.Read(file));
        }
        catch (YamlException e)
        {
            throw new InvalidDataException($"{file}, line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    /// <summary>The one document of a file.</summary>
    public static YamlMappingNode Document(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Checkout.Read(file)));
        return Assert.IsType<YamlMappingNode>(Assert.Single(stream.Documents).RootNode);
    }

    public static string KindOf(string file) => Text(Document(file), "kind");

    public static string NameOf(string file) => Text((YamlMappingNode)Document(file)["metadata"], "name");

    private static string Text(YamlMappingNode node, string member) => ((YamlScalarNode)node[member]).Value ?? string.Empty;

    /// <summary>camelCase with Dapr's spelling of the abbreviations (<c>appID</c>, <c>daprHTTPPort</c>).</summary>
    private sealed class RunFileNames : INamingConvention
    {
        public static readonly RunFileNames Instance = new();

        public string Apply(string value) => char.ToLowerInvariant(value[0]) + value[1..];

        public string Reverse(string value) => char.ToUpperInvariant(value[0]) + value[1..];
    }
}
