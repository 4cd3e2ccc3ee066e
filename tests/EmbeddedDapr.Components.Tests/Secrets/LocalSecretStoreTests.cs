using EmbeddedDapr.Components.Secrets;

namespace EmbeddedDapr.Components.Tests.Secrets;

/// <summary>Cases and values as recorded with daprd: secret-file-*, secret-env-*.</summary>
public sealed class LocalSecretStoreTests : IDisposable
{
    private const string File = """
        {"plain":"s1","empty":"","nest":{"a":"x","b":{"c":"deep"}},"list":["p","q"],"a:b":"colon","grüß":"☃ snow","CAPS":"up","json":"{\"k\":1}",
         "objs":[{"n":"1"},{"n":"2"}],"number":5.50,"flag":true}
        """;

    private static readonly Dictionary<string, string> NoMetadata = [];

    private readonly string _folder = Directory.CreateTempSubdirectory("secrets").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("plain", "s1")]
    [InlineData("empty", "")]
    [InlineData("nest", null)]
    [InlineData("nest:a", "x")]
    [InlineData("nest:b:c", "deep")]
    [InlineData("list", null)]
    [InlineData("list:1", "q")]
    [InlineData("list:2", null)]
    [InlineData("a:b", "colon")]
    [InlineData("grüß", "☃ snow")]
    [InlineData("caps", null)]
    [InlineData("json", "{\"k\":1}")]
    [InlineData("objs:1:n", "2")]
    [InlineData("number", "5.50")]
    [InlineData("flag", "true")]
    public async Task Nested_names_are_joined(string key, string? value)
    {
        await using var store = await OpenAsync(File);

        var secret = await store.GetAsync(key, NoMetadata, CancellationToken.None);

        Assert.Equal(value is null ? null : new Dictionary<string, string> { [key] = value }, secret);
    }

    [Fact]
    public async Task Another_separator_is_used_and_bulk_has_every_flat_name()
    {
        await using var store = await OpenAsync(File, ("nestedSeparator", "."));

        Assert.Equal("deep", (await store.GetAsync("nest.b.c", NoMetadata, CancellationToken.None))!["nest.b.c"]);
        Assert.Null(await store.GetAsync("nest:a", NoMetadata, CancellationToken.None));
        var all = await store.GetAllAsync(CancellationToken.None);
        Assert.Equal(
            ["CAPS", "a:b", "empty", "flag", "grüß", "json", "list.0", "list.1", "nest.a", "nest.b.c", "number", "objs.0.n", "objs.1.n", "plain"],
            all.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Multi_valued_secrets_are_top_level_members_with_a_map_of_values_and_arrays_are_not_found()
    {
        await using var store = await OpenAsync(File, ("multiValued", "true"));

        Assert.Equal(new Dictionary<string, string> { ["a"] = "x", ["b:c"] = "deep" }, await store.GetAsync("nest", NoMetadata, CancellationToken.None));
        Assert.Equal(new Dictionary<string, string> { ["plain"] = "s1" }, await store.GetAsync("plain", NoMetadata, CancellationToken.None));
        Assert.Null(await store.GetAsync("nest:a", NoMetadata, CancellationToken.None));
        Assert.Null(await store.GetAsync("list", NoMetadata, CancellationToken.None));
        Assert.Null(await store.GetAsync("objs", NoMetadata, CancellationToken.None));
    }

    [Theory]
    [InlineData("{nope")]
    [InlineData("[\"a\"]")]
    [InlineData("")]
    public async Task A_file_that_holds_no_json_object_is_an_error(string text) =>
        await Assert.ThrowsAsync<ComponentException>(() => OpenAsync(text));

    [Fact]
    public async Task A_missing_file_and_missing_metadata_are_errors()
    {
        await Assert.ThrowsAsync<ComponentException>(() => LocalFileSecretStore.OpenAsync(
            new ComponentMetadata([KeyValuePair.Create("secretsFile", "missing.json")]), _folder, CancellationToken.None));
        await Assert.ThrowsAsync<ComponentException>(() => LocalFileSecretStore.OpenAsync(ComponentMetadata.Empty, _folder, CancellationToken.None));
    }

    [Theory]
    [InlineData("", "CONF_ONE", "e1")]
    [InlineData("", "conf_one", "")]
    [InlineData("", "MISSING", "")]
    [InlineData("", "DAPR_SECRET", "")]
    [InlineData("", "app_api_token", "")]
    [InlineData("CONF_", "ONE", "e1")]
    [InlineData("CONF_", "CONF_ONE", "")]
    [InlineData("DAPR_", "SECRET", "")]
    public async Task Variables_are_secrets_and_the_runtimes_own_are_not(string prefix, string key, string value)
    {
        await using var store = Variables(prefix);

        Assert.Equal(new Dictionary<string, string> { [key] = value }, await store.GetAsync(key, NoMetadata, CancellationToken.None));
    }

    [Fact]
    public async Task Bulk_has_the_variables_of_the_prefix_without_it()
    {
        await using var all = Variables("");
        await using var some = Variables("CONF_");
        await using var none = Variables("DAPR_");

        Assert.Equal(["CONF_ONE", "OTHER"], (await all.GetAllAsync(CancellationToken.None)).Keys.Order());
        Assert.Equal(["ONE"], (await some.GetAllAsync(CancellationToken.None)).Keys);
        Assert.Empty(await none.GetAllAsync(CancellationToken.None));
    }

    private static LocalEnvironmentSecretStore Variables(string prefix)
    {
        var variables = new Dictionary<string, string> { ["CONF_ONE"] = "e1", ["OTHER"] = "o", ["DAPR_SECRET"] = "d", ["APP_API_TOKEN"] = "a", ["app_api_token"] = "b" };
        return new LocalEnvironmentSecretStore(prefix, variables.GetValueOrDefault, () => variables.Keys);
    }

    private async Task<LocalFileSecretStore> OpenAsync(string text, params (string Name, string Value)[] metadata)
    {
        await System.IO.File.WriteAllTextAsync(Path.Combine(_folder, "secrets.json"), text);
        return await LocalFileSecretStore.OpenAsync(
            new ComponentMetadata([KeyValuePair.Create("secretsFile", "secrets.json"), .. metadata.Select(m => KeyValuePair.Create(m.Name, m.Value))]),
            _folder, CancellationToken.None);
    }
}
