using System.Text;
using System.Threading.Channels;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Configuration.Stores;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Tests.Configuration;

public sealed class ConfigurationApiTests
{
    private readonly Channel<AppRequest> _calls = Channel.CreateBounded<AppRequest>(100);
    private int _status = 200;

    private FakeConfigurationStore Store { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_is_posted_to_the_app_and_a_deleted_key_is_an_empty_item()
    {
        var api = Sidecar().ConfigurationStores;
        var id = (await api.SubscribeAppAsync("settings", ["a/b c"], Token)).Value;

        Store.Set("a/b c", "1");
        var changed = await _calls.Reader.ReadAsync(Token);
        Store.Remove("a/b c");
        var removed = await _calls.Reader.ReadAsync(Token);

        Assert.Equal(("POST", "/configuration/settings/a/b%20c"), (changed.Method, changed.Path));
        Assert.Equal($$$$"""{"id":"{{{{id}}}}","items":{"a/b c":{"value":"1"}}}""", Text(changed));
        Assert.Equal($$$$"""{"id":"{{{{id}}}}","items":{"a/b c":{}}}""", Text(removed));
    }

    [Fact]
    public async Task An_app_that_refuses_a_change_hears_of_the_next_one()
    {
        _status = 500;
        await Sidecar().ConfigurationStores.SubscribeAppAsync("settings", [], Token);

        Store.Set("a", "1");
        await _calls.Reader.ReadAsync(Token);
        Store.Set("a", "2");

        Assert.Contains("\"2\"", Text(await _calls.Reader.ReadAsync(Token)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_says_its_id_first_and_ends_when_it_is_unsubscribed()
    {
        var api = Sidecar().ConfigurationStores;
        var messages = Channel.CreateBounded<string>(100);
        var stream = api.StreamAsync(
            "settings", ["a"], id => messages.Writer.WriteAsync(id, Token), (id, key, item) => messages.Writer.WriteAsync($"{id} {key}={item.Value}", Token), Token).AsTask();
        var id = await messages.Reader.ReadAsync(Token);
        Store.Set("a", "1");
        Assert.Equal($"{id} a=1", await messages.Reader.ReadAsync(Token));

        Assert.Null(await api.UnsubscribeStreamAsync(id));
        Assert.Null(await stream);
        Assert.Equal(0, Store.Watches);
        Assert.NotNull(await api.UnsubscribeStreamAsync(id));
    }

    [Fact]
    public async Task A_stream_ends_with_its_caller()
    {
        using var caller = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var stream = Sidecar().ConfigurationStores.StreamAsync(
            "settings",
            [],
            _ =>
            {
                begun.SetResult();
                return default;
            },
            (_, _, _) => default,
            caller.Token).AsTask();
        await begun.Task;

        await caller.CancelAsync();

        Assert.Null(await stream);
        Assert.Equal(0, Store.Watches);
    }

    [Fact]
    public async Task Subscriptions_of_the_app_are_not_ended_over_streams()
    {
        var api = Sidecar().ConfigurationStores;
        var id = (await api.SubscribeAppAsync("settings", [], Token)).Value;

        Assert.NotNull(await api.UnsubscribeStreamAsync(id));
        Assert.Null(await api.UnsubscribeAppAsync(id));
        Assert.NotNull(await api.UnsubscribeAppAsync(id));
    }

    [Fact]
    public async Task There_are_only_so_many_subscriptions()
    {
        var api = Sidecar(subscriptionsMax: 1).ConfigurationStores;
        await api.SubscribeAppAsync("settings", [], Token);

        Assert.Equal("ERR_CONFIGURATION_SUBSCRIBE", (await api.SubscribeAppAsync("settings", [], Token)).Error!.Code);
    }

    [Fact]
    public async Task Stores_are_told_apart_from_none_at_all()
    {
        Assert.Equal("ERR_CONFIGURATION_STORE_NOT_FOUND", (await Sidecar().ConfigurationStores.GetAsync("none", [], Token)).Error!.Code);
        Assert.Equal("ERR_CONFIGURATION_STORE_NOT_CONFIGURED", (await TestSidecar.Bare().ConfigurationStores.GetAsync("none", [], Token)).Error!.Code);
        Assert.Equal("ERR_APP_CHANNEL_NIL", (await Sidecar(app: false).ConfigurationStores.SubscribeAppAsync("settings", [], Token)).Error!.Code);
    }

    [Fact]
    public async Task A_slow_subscriber_hears_of_every_key_though_not_of_every_change()
    {
        var changed = new ChangedKeys(capacity: 2);
        foreach (var key in new[] { "a", "a", "a", "b", "b" })
        {
            changed.Add(key);
        }

        Assert.Equal(["a", "a", "b"], [await changed.TakeAsync(Token), await changed.TakeAsync(Token), await changed.TakeAsync(Token)]);

        using var impatient = new CancellationTokenSource();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => changed.TakeAsync(impatient.Token).AsTask());
    }

    private static string Text(AppRequest request) => Encoding.UTF8.GetString(request.Body.Span);

    private Sidecar Sidecar(bool app = true, int subscriptionsMax = 10) => new()
    {
        Options = new() { AppId = "app1", ConfigurationSubscriptionsMax = subscriptionsMax },
        App = app
            ? new FakeApp(request =>
            {
                _calls.Writer.TryWrite(request);
                return FakeApp.Response(_status);
            })
            : null,
        Time = TimeProvider.System,
        Loggers = NullLoggerFactory.Instance,
        Components = new()
        {
            ConfigurationStores = new Dictionary<string, Components.Loaded<IConfigurationStore>>
            {
                ["settings"] = new(new() { Name = "settings", Type = "configuration.fake", Metadata = Components.ComponentMetadata.Empty }, Store),
            },
        },
    };
}
