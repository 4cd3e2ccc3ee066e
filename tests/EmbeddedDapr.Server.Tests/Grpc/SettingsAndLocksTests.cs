using Dapr.Client;
using EmbeddedDapr.Components;
using EmbeddedDapr.Configuration.Stores;
using EmbeddedDapr.Locks;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.InProcess;
using EmbeddedDapr.Tests.Fakes;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Server.Tests.Grpc;

/// <summary>The official client reads settings, follows them and takes locks, over a socket and without one.</summary>
public sealed class SettingsAndLocksTests
{
    private FakeConfigurationStore Store { get; } = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Changes_stream_to_a_subscriber_until_it_unsubscribes(bool inProcess)
    {
        Store.Set("a", "1");
        await using var host = await SidecarHost.StartAsync(await SidecarAsync(), new SidecarHostOptions(), Cancelled);
        using var client = Client(host, inProcess);
        Assert.Equal("1", (await client.GetConfiguration("settings", ["a", "none"], cancellationToken: Cancelled)).Items["a"].Value);

        var subscription = await client.SubscribeConfiguration("settings", ["a"], cancellationToken: Cancelled);
        await using var changes = subscription.Source.GetAsyncEnumerator(Cancelled);

        // The first message says the id and nothing else.
        Assert.True(await changes.MoveNextAsync());
        Assert.Empty(changes.Current);
        Store.Set("a", "2");
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal("2", changes.Current["a"].Value);
        Assert.True((await client.UnsubscribeConfiguration("settings", subscription.Id, Cancelled)).Ok);
        Assert.False(await changes.MoveNextAsync());
        Assert.Equal(0, Store.Watches);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lock_is_taken_once_and_given_back(bool inProcess)
    {
        await using var host = await SidecarHost.StartAsync(await SidecarAsync(), new SidecarHostOptions(), Cancelled);
        using var client = Client(host, inProcess);

#pragma warning disable DAPR_DISTRIBUTEDLOCK, CS0618 // the API is still in preview
        Assert.True((await client.Lock("locks", "r", "a", 60, Cancelled)).Success);
        Assert.False((await client.Lock("locks", "r", "b", 60, Cancelled)).Success);
        Assert.Equal(LockStatus.LockBelongsToOthers, (await client.Unlock("locks", "r", "b", Cancelled)).status);
        Assert.Equal(LockStatus.Success, (await client.Unlock("locks", "r", "a", Cancelled)).status);
#pragma warning restore DAPR_DISTRIBUTEDLOCK, CS0618
    }

    private static DaprClient Client(SidecarHost host, bool inProcess)
    {
        var builder = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{host.HttpPort}").UseGrpcEndpoint($"http://127.0.0.1:{host.GrpcPort}");
        return (inProcess ? builder.UseGrpcChannelOptions(new GrpcChannelOptions { HttpHandler = new InProcessGrpcHandler(host.Sidecar), DisposeHttpClient = true }) : builder).Build();
    }

    private async Task<Sidecar> SidecarAsync()
    {
        var spec = new ComponentSpec { Name = "locks", Type = "lock.in-memory", Metadata = ComponentMetadata.Empty };
        var context = new ComponentContext
        {
            AppId = "app1", Namespace = "default", Time = TimeProvider.System, Loggers = NullLoggerFactory.Instance, Environment = _ => null, BaseDirectory = ".",
        };
        return new Sidecar
        {
            Options = new() { AppId = "app1" },
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
            Components = new()
            {
                ConfigurationStores = new Dictionary<string, Loaded<IConfigurationStore>>
                {
                    ["settings"] = new(new() { Name = "settings", Type = "configuration.fake", Metadata = ComponentMetadata.Empty }, Store),
                },
                LockStores = new Dictionary<string, Loaded<ILockStore>> { ["locks"] = new(spec, await BuiltInComponents.Catalog().LockStores[spec.Type](spec, context, Cancelled)) },
            },
        };
    }
}
