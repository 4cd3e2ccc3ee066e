using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Components.Tests.Conformance;

/// <summary>A folder of its own for a test, gone when disposed.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("embeddeddapr-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Specs and contexts as the loader would make them.</summary>
internal static class TestComponents
{
    public static ComponentSpec Spec(string type, params (string Name, string Value)[] metadata) => new()
    {
        Name = type,
        Type = type,
        Metadata = new ComponentMetadata(metadata.Select(entry => KeyValuePair.Create(entry.Name, entry.Value))),
    };

    public static ComponentContext Context(TimeProvider time, string folder) => new()
    {
        AppId = "app",
        Namespace = "default",
        Time = time,
        Loggers = NullLoggerFactory.Instance,
        Environment = _ => null,
        BaseDirectory = folder,
    };
}
