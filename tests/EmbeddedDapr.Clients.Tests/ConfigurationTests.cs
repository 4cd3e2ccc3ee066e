using Dapr;
using Dapr.Client;

namespace EmbeddedDapr.Clients.Tests;

public sealed class ConfigurationTests(ClientApp app) : IClassFixture<ClientApp>
{
    private DaprClient Client => app.Client;

    [Fact]
    public async Task Settings_are_read_by_key_and_all()
    {
        Assert.Equal("large", (await Client.GetConfiguration("settings", ["size"])).Items["size"].Value);
        Assert.Equal(["color", "size"], (await Client.GetConfiguration("settings", [])).Items.Keys.Order(StringComparer.Ordinal));
        await Assert.ThrowsAsync<DaprException>(() => Client.GetConfiguration("nowhere", ["size"]));
    }

    [Fact]
    public async Task A_change_reaches_its_subscriber_until_it_unsubscribes()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        var changes = await Client.SubscribeConfiguration("settings", ["color"], cancellationToken: limit.Token);
        var seen = new List<string>();
        var unsubscribed = false;

        // The stream runs only while it is read; its first message brings the id.
        await foreach (var items in changes.Source.WithCancellation(limit.Token))
        {
            seen.AddRange(items.Select(item => $"{item.Key}={item.Value.Value}"));
            if (seen.Count == 0)
            {
                await app.WriteSettingsAsync("green");
            }
            else
            {
                unsubscribed = (await Client.UnsubscribeConfiguration("settings", changes.Id)).Ok;
            }
        }

        Assert.Equal(["color=green"], seen);
        Assert.True(unsubscribed);
    }
}
