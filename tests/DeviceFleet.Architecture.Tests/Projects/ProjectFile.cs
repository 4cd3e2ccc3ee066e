using System.Xml.Linq;
using DeviceFleet.Architecture.Tests.Repository;

namespace DeviceFleet.Architecture.Tests.Projects;

/// <summary>What a project file says of its dependencies.</summary>
internal sealed record ProjectFile(string Name, string Folder, string Sdk, IReadOnlyList<string> Projects, IReadOnlyList<string> Packages)
{
    /// <summary>Every project of the repository.</summary>
    public static IReadOnlyList<ProjectFile> All { get; } =
        [.. Checkout.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(Read)];

    /// <summary>Sees ASP.NET: by its SDK or by a framework reference.</summary>
    public bool HasAspNet => Sdk == "Microsoft.NET.Sdk.Web" || Packages.Contains("Microsoft.AspNetCore.App");

    private static ProjectFile Read(string file)
    {
        var root = XDocument.Parse(Checkout.Read(file)).Root!;
        var projects = Includes(root, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));
        var packages = Includes(root, "PackageReference").Concat(Includes(root, "FrameworkReference"));
        return new ProjectFile(Path.GetFileNameWithoutExtension(file), file.Split('/')[0], (string?)root.Attribute("Sdk") ?? string.Empty, [.. projects], [.. packages]);
    }

    private static IEnumerable<string> Includes(XElement root, string item) =>
        root.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();
}
