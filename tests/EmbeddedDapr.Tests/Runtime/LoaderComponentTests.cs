using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Secrets;
using EmbeddedDapr.State;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Tests.Runtime;

public sealed class LoaderComponentTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _made = [];
    private readonly List<string> _disposed = [];
    private readonly Dictionary<string, string> _environment = [];
    private readonly ComponentCatalog _catalog = new();

    public LoaderComponentTests()
    {
        _catalog.StateStores["state.fake"] = (spec, _, _) => Make<IStateStore>(spec, new FakeStore(this, spec.Name));
        _catalog.StateStores["state.broken"] = (_, _, _) => throw new ComponentException("the disk is on fire");
        _catalog.StateStores["state.slow"] = async (_, _, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            throw new InvalidOperationException();
        };
        _catalog.SecretStores["secretstores.fake"] = (spec, _, _) => Make<ISecretStore>(spec, new FakeSecrets(this, spec));
        _catalog.InputBindings["bindings.both"] = (spec, _, _) => Make<IInputBinding>(spec, new FakeBinding(this, "in:" + spec.Name));
        _catalog.OutputBindings["bindings.both"] = (spec, _, _) => Make<IOutputBinding>(spec, new FakeBinding(this, "out:" + spec.Name));
    }

    [Fact]
    public async Task Secret_stores_come_first_and_components_of_other_apps_not_at_all()
    {
        var components = await LoadAsync(
            Component("b", "state.fake"), Component("vault", "secretstores.fake"), Component("a", "state.fake"), Component("theirs", "state.fake", scopes: ["other"]),
            Component("ours", "state.fake", scopes: ["app1"]));

        Assert.Equal(["vault", "b", "a", "ours"], _made);
        Assert.Equal(["a", "b", "ours"], components.StateStores.Keys.Order());
        Assert.Equal(["vault"], components.SecretStores.Keys);
    }

    [Fact]
    public async Task Secrets_environment_and_templates_are_filled_in()
    {
        _environment["HOST"] = "h1";
        _environment["DAPR_API_TOKEN"] = "t";
        _environment["POD_NAME"] = "pod-7";
        var components = await LoadAsync(
            Component("store", "state.fake", store: "vault", entries:
            [
                new("a", null, "redis", "password"),
                new("b", null, "redis"),
                new("c", null, "missing"),
                new("d", null, EnvironmentName: "HOST"),
                new("e", null, EnvironmentName: "DAPR_API_TOKEN"),
                new("f", "x/{appID}/{namespace}/{podName}/{other}"),
                new("g", "{uuid}"),
            ]),
            Component("vault", "secretstores.fake"));

        var metadata = components.StateStores["store"].Spec.Metadata;
        Assert.Equal("redis.password", metadata.Text("A"));
        Assert.Equal("redis.redis", metadata.Text("b"));
        Assert.Null(metadata.Text("c"));
        Assert.Equal("h1", metadata.Text("d"));
        Assert.Null(metadata.Text("e"));
        Assert.Equal("x/app1/default.app1/pod-7/{other}", metadata.Text("f"));
        Assert.True(Guid.TryParse(metadata.Text("g"), out _));
    }

    [Fact]
    public async Task A_pod_name_that_is_not_set_fails_the_component()
    {
        var fault = await Assert.ThrowsAsync<ComponentException>(() => LoadAsync(Component("store", "state.fake", entries: [new("a", "{podName}")])));

        Assert.Contains("POD_NAME", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_may_take_secrets_from_another_store()
    {
        var components = await LoadAsync(
            Component("second", "secretstores.fake", store: "first", entries: [new("token", null, "t", "k")]), Component("first", "secretstores.fake"));

        Assert.Equal(["first", "second"], _made);
        Assert.Equal("t.k", components.SecretStores["second"].Spec.Metadata.Text("token"));
    }

    [Fact]
    public async Task A_component_whose_secret_store_is_not_there_is_left_out_and_the_rest_works()
    {
        var components = await LoadAsync(Component("lonely", "state.fake", store: "nothing", entries: [new("a", null, "s")]), Component("fine", "state.fake"));

        Assert.Equal(["fine"], components.StateStores.Keys);
    }

    [Fact]
    public async Task All_faults_are_told_together_and_what_was_made_is_disposed()
    {
        var fault = await Assert.ThrowsAsync<ComponentException>(() => LoadAsync(
            Component("fine", "state.fake"),
            Component("burnt", "state.broken"),
            Component("odd", "state.unknown"),
            Component("capitals", "State.Fake"),
            Component("untyped", ""),
            Component("newer", "state.fake", version: "v9")));

        Assert.Contains("component burnt (state.broken) of test: the disk is on fire", fault.Message, StringComparison.Ordinal);
        Assert.Contains("couldn't find state.unknown/v1", fault.Message, StringComparison.Ordinal);
        Assert.Contains("couldn't find State.Fake/v1", fault.Message, StringComparison.Ordinal);
        Assert.Contains("component untyped", fault.Message, StringComparison.Ordinal);
        Assert.Contains("couldn't find state.fake/v9", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["fine"], _disposed);
    }

    [Fact]
    public async Task Ignored_errors_leave_the_component_out()
    {
        var components = await LoadAsync(Component("burnt", "state.broken", ignoreErrors: true), Component("fine", "state.fake"));

        Assert.Equal(["fine"], components.StateStores.Keys);
    }

    [Fact]
    public async Task A_component_that_takes_too_long_fails()
    {
        var loading = LoadAsync(Component("slow", "state.slow"));

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Contains("init timed out after 5s", (await Assert.ThrowsAsync<ComponentException>(() => loading)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_stands_twice_is_an_error()
    {
        var fault = await Assert.ThrowsAsync<ComponentException>(() => LoadAsync(Component("a", "state.fake"), Component("a", "secretstores.fake")));

        Assert.Contains("duplicate component name 'a'", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true, true)]
    [InlineData("input", true, false)]
    [InlineData("OUTPUT", false, true)]
    [InlineData("output, Input", true, true)]
    public async Task A_binding_is_made_for_each_direction_that_it_has(string? direction, bool reads, bool writes)
    {
        var components = await LoadAsync(Component("b", "bindings.both", entries: direction is null ? [] : [new("direction", direction)]));

        Assert.Equal((reads, writes), (components.InputBindings.ContainsKey("b"), components.OutputBindings.ContainsKey("b")));
    }

    private static ComponentResource Component(
        string name, string type, string version = "v1", string? store = null, IReadOnlyList<MetadataEntry>? entries = null,
        IReadOnlyList<string>? scopes = null, bool ignoreErrors = false) => new()
        {
            Spec = new ComponentSpec { Name = name, Type = type, Version = version, Metadata = ComponentMetadata.Empty, Scopes = scopes ?? [], IgnoreErrors = ignoreErrors },
            Entries = entries ?? [],
            SecretStore = store,
            Source = "test",
        };

    private Task<SidecarComponents> LoadAsync(params ComponentResource[] resources) => ComponentLoader.LoadAsync(
        new ResourceSet { Components = resources },
        _catalog,
        new ComponentContext
        {
            AppId = "app1",
            Namespace = "default",
            Time = _time,
            Loggers = NullLoggerFactory.Instance,
            Environment = name => _environment.GetValueOrDefault(name),
            BaseDirectory = ".",
        },
        CancellationToken.None);

    private ValueTask<T> Make<T>(ComponentSpec spec, T component)
    {
        _made.Add(spec.Name);
        return ValueTask.FromResult(component);
    }

    private abstract class Fake(LoaderComponentTests test, string name) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            test._disposed.Add(name);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class FakeStore(LoaderComponentTests test, string name) : Fake(test, name), IStateStore
    {
        public StateStoreTraits Traits => StateStoreTraits.None;

        public StateStoreFeatures Features => StateStoreFeatures.None;

        public ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>Secret s has keys k, password and its own name, each with value s.key.</summary>
    private sealed class FakeSecrets(LoaderComponentTests test, ComponentSpec spec) : Fake(test, spec.Name), ISecretStore
    {
        public ValueTask<IReadOnlyDictionary<string, string>?> GetAsync(
            string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) => key == "missing"
            ? throw new InvalidOperationException("not found")
            : ValueTask.FromResult<IReadOnlyDictionary<string, string>?>(new[] { "k", "password", key }.ToDictionary(k => k, k => $"{key}.{k}"));

        public ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class FakeBinding(LoaderComponentTests test, string name) : Fake(test, name), IInputBinding, IOutputBinding
    {
        public IReadOnlyList<string> Operations => [];

        public ValueTask StartAsync(BindingHandler handler, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
