using Dapr;

namespace EmbeddedDapr.Clients.Tests;

public sealed class BindingTests(ClientApp app) : IClassFixture<ClientApp>
{
    [Fact]
    public async Task An_input_calls_the_app()
    {
        Assert.Empty(await app.NextAsync("tick"));
    }

    [Fact]
    public async Task An_output_takes_data_and_answers()
    {
        var file = new Dictionary<string, string> { ["fileName"] = "a.txt" };

        await app.Client.InvokeBindingAsync("files", "create", new Order("a", 1), file);

        Assert.Equal(new Order("a", 1), await app.Client.InvokeBindingAsync<object?, Order>("files", "get", null, file));
        await Assert.ThrowsAsync<DaprException>(() => app.Client.InvokeBindingAsync("files", "fold", 1, file));
        await Assert.ThrowsAsync<DaprException>(() => app.Client.InvokeBindingAsync("nowhere", "create", 1, file));
    }
}
