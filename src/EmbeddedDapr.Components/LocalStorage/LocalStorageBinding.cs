using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using EmbeddedDapr.Bindings;

namespace EmbeddedDapr.Components.LocalStorage;

/// <summary>
/// Files under one folder (Dapr docs, local storage binding spec): <c>create</c>, <c>get</c>, <c>list</c>, <c>delete</c>, by metadata <c>fileName</c>. A name with
/// <c>..</c> stays inside the folder.
/// </summary>
internal sealed class LocalStorageBinding(string root) : IOutputBinding
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Operations { get; } = ["create", "get", "list", "delete"];

    /// <inheritdoc/>
    public async ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken)
    {
        var name = request.Metadata.TryGetValue("fileName", out var given) && given.Length > 0 ? given : null;
        switch (request.Operation)
        {
            case "create":
                return new(await CreateAsync(name ?? Guid.NewGuid().ToString(), request.Data, cancellationToken));
            case "get":
                return new(await File.ReadAllBytesAsync(Existing(name), cancellationToken));
            case "list":
                return new(List(name ?? string.Empty));
            default:
                File.Delete(Existing(name));
                return new(null);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string Inside(string name)
    {
        var parts = new List<string>();
        foreach (var part in name.Split(['/', Path.DirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))
        {
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        return Path.Combine([root, .. parts]);
    }

    private string Existing(string? name)
    {
        var path = Inside(name ?? throw new ComponentException("required metadata 'fileName' missing"));
        return File.Exists(path) ? path
            : Directory.Exists(path) ? throw new ComponentException($"path is a directory, not a file: {path}")
            : throw new ComponentException($"file not found: {path}");
    }

    private async ValueTask<byte[]> CreateAsync(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var path = Inside(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, Plain(data), cancellationToken);
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["fileName"] = Path.GetRelativePath(root, path) }, LocalStorageJson.Default.DictionaryStringString);
    }

    private byte[] List(string name)
    {
        var path = Inside(name);
        if (!Directory.Exists(path))
        {
            throw new ComponentException(File.Exists(path) ? $"unable to list files as the file specified is not a directory [{path}]" : $"directory not found: {path}");
        }

        var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        return JsonSerializer.SerializeToUtf8Bytes(files, LocalStorageJson.Default.StringArray);
    }

    /// <summary>The text of a JSON string, and the bytes of what is base64: over HTTP data comes as JSON, and bytes only in base64.</summary>
    private static byte[] Plain(ReadOnlyMemory<byte> data)
    {
        var plain = data.ToArray();
        if (plain is [(byte)'"', .., (byte)'"'])
        {
            try
            {
                plain = Encoding.UTF8.GetBytes(JsonSerializer.Deserialize(plain, LocalStorageJson.Default.String)!);
            }
            catch (JsonException)
            {
                // Not a string after all: as it came.
            }
        }

        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(plain.Length)];
        return !plain.AsSpan().ContainsAny(" \t"u8) && Base64.IsValid(plain) && Base64.DecodeFromUtf8(plain, bytes, out _, out var length) == System.Buffers.OperationStatus.Done ? bytes[..length] : plain;
    }
}
