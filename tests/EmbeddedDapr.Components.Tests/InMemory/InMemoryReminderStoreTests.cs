using EmbeddedDapr.Actors;
using EmbeddedDapr.Components.InMemory;
using EmbeddedDapr.Components.Tests.Conformance;

namespace EmbeddedDapr.Components.Tests.InMemory;

public sealed class InMemoryReminderStoreTests : ReminderStoreConformance
{
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override ValueTask<IReminderStore> OpenAsync() => ValueTask.FromResult<IReminderStore>(new InMemoryReminderStore());
}
