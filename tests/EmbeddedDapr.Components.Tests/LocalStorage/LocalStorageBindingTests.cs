using System.Text;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components.Tests.Conformance;

namespace EmbeddedDapr.Components.Tests.LocalStorage;

/// <summary>Dapr docs, local storage binding spec; recorded: binding-out-answers.</summary>
public sealed class LocalStorageBindingTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_is_made_read_listed_and_deleted()
    {
        Assert.Equal("""{"fileName":"sub/a.txt"}""", await InvokeAsync("create", "\"hello\"", "sub/a.txt"));
        Assert.Equal("hello", await InvokeAsync("get", "", "sub/a.txt"));
        Assert.Equal($"[\"{_folder.File("files/sub/a.txt")}\"]", await InvokeAsync("list", "", null));
        Assert.Null(await InvokeAsync("delete", "", "sub/a.txt"));
        await Assert.ThrowsAsync<ComponentException>(() => InvokeAsync("get", "", "sub/a.txt"));
        await Assert.ThrowsAsync<ComponentException>(() => InvokeAsync("delete", "", null));
    }

    [Theory]
    [InlineData("../../outside", "files/outside")]
    [InlineData("/etc/passwd", "files/etc/passwd")]
    [InlineData("a/../b", "files/b")]
    public async Task No_name_leads_outside(string name, string file)
    {
        await InvokeAsync("create", "x", name);

        Assert.True(File.Exists(_folder.File(file)));
    }

    [Theory]
    [InlineData("\"aGk=\"", "hi")]
    [InlineData("\"no base64\"", "no base64")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    public async Task Bytes_may_come_as_base64(string data, string stored)
    {
        await InvokeAsync("create", data, "f");

        Assert.Equal(stored, await InvokeAsync("get", "", "f"));
    }

    private async Task<string?> InvokeAsync(string operation, string data, string? name)
    {
        await using var binding = await BuiltInComponents.Catalog().OutputBindings["bindings.localstorage"](
            TestComponents.Spec("bindings.localstorage", ("rootPath", "files")), TestComponents.Context(TimeProvider.System, _folder.Path), CancellationToken.None);
        var metadata = new Dictionary<string, string>();
        if (name is not null)
        {
            metadata["fileName"] = name;
        }

        var answer = await binding.InvokeAsync(new OutputBindingRequest(operation, Encoding.UTF8.GetBytes(data), metadata), CancellationToken.None);
        return answer.Data is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
    }
}
