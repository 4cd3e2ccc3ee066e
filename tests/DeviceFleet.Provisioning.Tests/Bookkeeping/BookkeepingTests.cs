using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Bookkeeping;
using DeviceFleet.Provisioning.Tests.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Provisioning.Tests.Bookkeeping;

public sealed class BookkeepingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly KeptWorld _world = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Fact]
    public async Task An_event_told_again_or_late_changes_nothing()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var bookkeeper = life.Services.GetRequiredService<Bookkeeper>();
        var first = Changed("pump-7", 1, LifecycleState.Enrolled);
        var second = Changed("pump-7", 2, LifecycleState.Active);

        await bookkeeper.WriteAsync(NotesOf(second), CancellationToken.None);
        await bookkeeper.WriteAsync(NotesOf(first, second, first), CancellationToken.None);

        var actors = life.Services.GetRequiredService<DirectoryActors>();
        var page = await actors.ListAsync(DirectoryIds.Identities(DirectoryIds.ShardOf(DeviceId.Parse("pump-7"))), new DirectoryQuery(null, 10), CancellationToken.None);
        Assert.Equal(LifecycleState.Active, Assert.Single(page.Entries).Summary!.Value.Deserialize(ContractsJson.Default.IdentitySummary)!.State);
        var audit = await actors.ListAuditAsync("1970-01-01", new AuditQuery(null, 10, null), CancellationToken.None);
        Assert.Equal(["pump-7/1", "pump-7/2"], audit.Entries.Select(entry => entry.Id)); // newest first, as they came
    }

    [Fact]
    public async Task An_audit_is_read_page_by_page_newest_first_and_by_device()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var actors = life.Services.GetRequiredService<DirectoryActors>();
        var entries = Enumerable.Range(0, 450).Select(number => Entry(number, number % 3 == 0 ? "pump-7" : "pump-8")).ToList();
        foreach (var chunk in entries.Chunk(130))
        {
            await actors.AppendAsync("2026-01-01", new AuditAppend(chunk), CancellationToken.None);
        }

        List<string> all = [];
        string? before = null;
        do
        {
            var page = await actors.ListAuditAsync("2026-01-01", new AuditQuery(before, 100, null), CancellationToken.None);
            all.AddRange(page.Entries.Select(entry => entry.Id));
            before = page.Next;
        }
        while (before is not null);

        Assert.Equal(entries.Select(entry => entry.Id).Reverse(), all);
        var mine = await actors.ListAuditAsync("2026-01-01", new AuditQuery(null, 500, DeviceId.Parse("pump-7")), CancellationToken.None);
        Assert.Equal(150, mine.Entries.Count);
    }

    [Fact]
    public async Task A_day_has_a_bound_and_an_end()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time, new() { ["Bookkeeping:AuditEntriesMax"] = "100", ["Bookkeeping:AuditKeptFor"] = "1.00:00:00" });
        var actors = life.Services.GetRequiredService<DirectoryActors>();
        await actors.AppendAsync("2026-01-01", new AuditAppend([.. Enumerable.Range(0, 150).Select(number => Entry(number, "pump-7"))]), CancellationToken.None);

        var page = await actors.ListAuditAsync("2026-01-01", new AuditQuery(null, 500, null), CancellationToken.None);

        Assert.Equal(100, page.Entries.Count);

        _time.Advance(TimeSpan.FromDays(1));
        for (var looks = 0; page.Entries.Count > 0; looks++)
        {
            Assert.True(looks < 1_000);
            await Task.Delay(10, TestContext.Current.CancellationToken); // the engine sees the reminder in its own time
            page = await actors.ListAuditAsync("2026-01-01", new AuditQuery(null, 500, null), CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_directory_is_read_in_the_order_of_its_keys()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var actors = life.Services.GetRequiredService<DirectoryActors>();
        var keys = Enumerable.Range(0, 300).Select(number => $"key-{number * 7919 % 300:D3}").ToList();
        await actors.PutAsync("things", new DirectoryPut([.. keys.Select(key => Thing(key, 1))]), CancellationToken.None);
        await actors.PutAsync("things", new DirectoryPut([new DirectoryEntry { Key = "key-000", Revision = 2 }, Thing("key-001", 1)]), CancellationToken.None);

        var first = await actors.ListAsync("things", new DirectoryQuery(null, 200), CancellationToken.None);
        var second = await actors.ListAsync("things", new DirectoryQuery(first.Entries[^1].Key, 200), CancellationToken.None);

        Assert.Equal(keys.Order(StringComparer.Ordinal).Skip(1), first.Entries.Concat(second.Entries).Select(entry => entry.Key));
        Assert.Equal(299, second.Total);
        var late = await actors.PutAsync("things", new DirectoryPut([Thing("key-000", 1)]), CancellationToken.None);
        Assert.Null(Assert.Single(late.Entries).Summary); // it was removed since
    }

    [Fact]
    public async Task What_an_identity_publishes_is_written_down()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var device = DeviceId.Parse("pump-7");
        var at = _time.GetUtcNow().ToUnixTimeMilliseconds();

        await life.Identities.ApplyAsync(device, new IdentityChange { Action = IdentityAction.Register, By = "ada", At = at }, CancellationToken.None);

        var actors = life.Services.GetRequiredService<DirectoryActors>();
        AuditPage audit;
        using var patience = new CancellationTokenSource(Patience);
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(100)); // the subscription gathers for a while
            await Task.Yield();
            audit = await actors.ListAuditAsync(Notes.DayOf(at), new AuditQuery(null, 10, null), CancellationToken.None);
        }
        while (audit.Entries.Count == 0);

        Assert.Equal("register", Assert.Single(audit.Entries).Action);
    }

    [Fact]
    public void What_others_refuse_is_audited_where_it_is_about_security()
    {
        var notes = new Notes();
        notes.Take("1", Rejected(RejectionReasons.WrongDevice, "broker"));
        notes.Take("2", Rejected(RejectionReasons.Malformed, "devices"));
        notes.Take("3", Rejected(RejectionReasons.BadProof, "provisioning")); // told on its own topic

        var entry = Assert.Single(notes.Audits.SelectMany(day => day));

        Assert.Equal(("rejected/1", "refused", RejectionReasons.WrongDevice), (entry.Id, entry.Action, entry.Reason));
    }

    private static RejectedEvent Rejected(string reason, string by) => new() { Reason = reason, Detail = "No.", At = 1, By = by };

    private static DirectoryEntry Thing(string key, long revision) => new() { Key = key, Revision = revision, Summary = JsonSerializer.SerializeToElement(key) };

    private static AuditEntry Entry(int number, string device) => new() { Id = $"e{number}", At = 1, By = "ada", Action = "suspend", DeviceId = DeviceId.Parse(device) };

    private static IdentityEvent Changed(string device, long revision, LifecycleState state) => new()
    {
        Identity = new DeviceIdentity { DeviceId = DeviceId.Parse(device), Revision = revision, State = state, Since = 1 },
        Audit = new AuditEntry { Id = $"{device}/{revision}", At = 1, By = "ada", Action = "register", DeviceId = DeviceId.Parse(device) },
    };

    private static Notes NotesOf(params IdentityEvent[] events)
    {
        var notes = new Notes();
        foreach (var one in events)
        {
            notes.Take(one);
        }

        return notes;
    }
}
