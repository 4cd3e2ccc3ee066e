using EmbeddedDapr.Actors;
using EmbeddedDapr.Components.Sqlite.Schedules;
using EmbeddedDapr.Components.Tests.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Components.Tests.Sqlite;

public sealed class ScheduleFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_file_is_made_with_the_first_schedule_and_read_again_by_the_next_process()
    {
        await using (var first = Open())
        {
            Assert.Empty(await first.ListAsync("T", string.Empty, 10, CancellationToken.None));
            await first.DeleteAsync("T", string.Empty, "a", CancellationToken.None);
            Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
            Assert.True(await first.PutAsync(Job("a"), overwrite: false, CancellationToken.None));
        }

        await using var second = Open();
        Assert.Equal(["a"], (await second.ListAsync("T", string.Empty, 10, CancellationToken.None)).Select(job => job.Name));
        Assert.False(await second.PutAsync(Job("a"), overwrite: false, CancellationToken.None));
    }

    [Fact]
    public async Task Where_no_file_can_be_made_schedules_live_in_memory()
    {
        await File.WriteAllTextAsync(_folder.File(".embeddeddapr"), "in the way", TestContext.Current.CancellationToken);
        await using var store = Open();

        Assert.True(await store.PutAsync(Job("a"), overwrite: false, CancellationToken.None));
        Assert.NotNull(await store.GetAsync("T", string.Empty, "a", CancellationToken.None));
    }

    private static ReminderRecord Job(string name) => new() { ActorType = "T", ActorId = string.Empty, Name = name, NextDue = DateTimeOffset.UnixEpoch, Version = 1 };

    private ScheduleFile Open() =>
        new(ScheduleFile.PathOf(TestComponents.Context(TimeProvider.System, _folder.Path)), TimeProvider.System, NullLogger.Instance);
}
