using EmbeddedDapr.Actors;
using EmbeddedDapr.Components.Redis;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Components.Tests.Redis;

public sealed class RedisReminderStoreTests : ReminderStoreConformance
{
    private RedisServer? _server;
    private IStateStore? _state;

    public override async ValueTask DisposeAsync()
    {
        if (_state is not null)
        {
            await _state.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Ids_and_names_are_kept_apart_whatever_stands_in_them()
    {
        await Put(Reminder("a||b", "c"));
        await Put(Reminder("a", "b||c"));
        await Put(Reminder("a|", "|b||c"));

        await Store.DeleteAllAsync("T", "a", CancellationToken.None);

        Assert.Equal(["c", "|b||c"], (await Store.ListAsync("T", null, 10, CancellationToken.None)).Select(reminder => reminder.Name));
    }

    protected override async ValueTask<IReminderStore> OpenAsync()
    {
        _server = await RedisServer.StartNewAsync();
        _state = await RedisStateStore.OpenAsync(_server.Spec("state.redis"), CancellationToken.None);
        return ((IReminderStoreProvider)_state).Reminders;
    }
}
