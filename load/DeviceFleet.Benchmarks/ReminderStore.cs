using System.Diagnostics;
using System.Globalization;
using EmbeddedDapr.Actors;

namespace DeviceFleet.Benchmarks;

/// <summary>Reminders: registering, reading what is due of a million, the bookkeeping of ticks.</summary>
internal sealed class ReminderStore : IBenchmark
{
    private const int Pending = 1_000_000;
    private const int Window = 1_000;
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Name => "reminder-store";

    public async Task RunAsync(BenchmarkContext context)
    {
        await using var state = await StorageComponents.StateAsync(context.Folder);
        var store = ((IReminderStoreProvider)state).Reminders;
        foreach (var callers in (int[])[1, 64, 256])
        {
            var put = await ClosedLoop.RunAsync(
                callers,
                context.Duration,
                async (caller, i) => _ = await store.PutAsync(Reminder($"{callers}-{caller}-{i}", caller + (i * callers)), overwrite: true, CancellationToken.None));
            await context.Output.WriteLineAsync($"register {put}");
        }

        await FillAsync(store, context);
        var windows = await ClosedLoop.RunAsync(
            1,
            context.Duration,
            async (_, i) => await store.DueAsync(["Device"], Start.AddSeconds(i + Window), Window, CancellationToken.None));
        await context.Output.WriteLineAsync($"due, windows of {Window} of {Pending:N0} {windows}");
        var due = await store.DueAsync(["Device"], Start.AddSeconds(Pending), 50_000, CancellationToken.None);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (reminder, cancellationToken) =>
            await store.AdvanceAsync(reminder, reminder with { NextDue = reminder.NextDue.AddDays(1) }, cancellationToken));
        await context.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"advance  256 callers {due.Count / clock.Elapsed.TotalSeconds,9:N0}/s"));
    }

    private static async Task FillAsync(IReminderStore store, BenchmarkContext context)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, Pending), new ParallelOptions { MaxDegreeOfParallelism = 1_000 }, async (i, cancellationToken) =>
            _ = await store.PutAsync(Reminder($"pending-{i}", i), overwrite: true, cancellationToken));
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        await context.Output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"fill    1000 callers {Pending / clock.Elapsed.TotalSeconds,9:N0}/s to {Pending:N0} pending; managed memory for them {held / 1e6:N1} MB, process {Environment.WorkingSet / 1e6:N0} MB"));
    }

    private static ReminderRecord Reminder(string actorId, long second) => new()
    {
        ActorType = "Device",
        ActorId = actorId,
        Name = "offline",
        NextDue = Start.AddSeconds(second),
        Period = TimeSpan.FromMinutes(1),
        DueTimeText = "1m",
        PeriodText = "1m",
        Version = 1,
    };
}
