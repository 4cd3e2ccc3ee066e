using System.Globalization;
using System.Net;
using System.Text;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Components;
using EmbeddedDapr.State;
using Microsoft.Extensions.Logging.Abstractions;
using Tests.Shared;

namespace EmbeddedDapr.Server.Tests.Crash;

/// <summary>Reminders and <c>kill -9</c>: the program that stands for daprd, its file, and an app that goes on.</summary>
public sealed class ReminderCrashTests
{
    private const int RemindersOfSeed = 12;
    private const int Pending = 100_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly int Seeds = Environment.GetEnvironmentVariable("DEVICEFLEET_LONG_TESTS") == "1" ? 100 : 5;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_inside_a_callback_none_is_lost_and_none_comes_early()
    {
        var folder = Directory.CreateTempSubdirectory("embeddeddapr-");
        var (callbacks, repeated) = (0, 0);
        try
        {
            await using var app = await ReminderApp.StartAsync();
            var port = Ports.Free();
            var server = await ServerProcess.StartAsync(folder.FullName, app.Port, port);
            for (var seed = 1; seed <= Seeds; seed++)
            {
                var random = new Random(seed);
                var inside = app.InsideAsync(random.Next(RemindersOfSeed));
                var reminders = new List<Registered>();
                for (var number = 0; number < RemindersOfSeed; number++)
                {
                    reminders.Add(await RegisterAsync(server, random, $"s{seed}r{number}"));
                }

                await inside.WaitAsync(Patience, Cancelled);
                await server.DisposeAsync();
                server = await ServerProcess.StartAsync(folder.FullName, app.Port, port);
                foreach (var reminder in reminders)
                {
                    await CompleteAsync(server, reminder, seed);
                }

                foreach (var reminder in reminders)
                {
                    var calls = app.CallbacksOf(reminder.Name);
                    callbacks += calls.Count;
                    repeated += calls.Count - reminder.Ticks;
                    CheckTimes(reminder, calls, seed);
                }
            }

            await server.DisposeAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Seeds} kills, {Seeds * RemindersOfSeed} reminders, {callbacks} callbacks, {repeated} of them repeated after a kill");
    }

    [Fact]
    public async Task A_hundred_thousand_pending_reminders_survive_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("embeddeddapr-");
        try
        {
            await using var app = await ReminderApp.StartAsync();
            await FillAsync(folder.FullName);
            TimeSpan startedWithin;
            await using (var server = await ServerProcess.StartAsync(folder.FullName, app.Port, Ports.Free()))
            {
                startedWithin = server.StartedWithin;
                using var first = await server.Http.GetAsync("/v1.0/actors/T/0/reminders/r", Cancelled);
                using var last = await server.Http.GetAsync($"/v1.0/actors/T/{Pending - 1}/reminders/r", Cancelled);
                Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, last.StatusCode));
            }

            await using var store = await OpenAsync(folder.FullName);
            var left = await ((IReminderStoreProvider)store).Reminders.ListAsync("T", null, Pending + 1, Cancelled);
            Assert.Equal(Pending, left.Count);
            TestContext.Current.TestOutputHelper?.WriteLine($"ready after {startedWithin.TotalMilliseconds:F0} ms with {Pending} pending reminders");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Registered> RegisterAsync(ServerProcess server, Random random, string name)
    {
        var (actor, due, period, ticks) = (random.Next(4), random.Next(600), 100 * random.Next(1, 5), random.Next(1, 4));
        var body = string.Create(CultureInfo.InvariantCulture, $$"""{"dueTime":"{{due}}ms"{{(ticks == 1 ? string.Empty : $",\"period\":\"{period}ms\",\"ttl\":\"{(period * (ticks - 1)) + (period / 2)}ms\"")}}}""");
        var before = TimeProvider.System.GetUtcNow();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await server.Http.PutAsync($"/v1.0/actors/T/{actor}/reminders/{name}", content, Cancelled);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        return new Registered(actor, name, before.AddMilliseconds(due), TimeSpan.FromMilliseconds(period), ticks);
    }

    /// <summary>A reminder is gone once its last tick is written down.</summary>
    private static async Task CompleteAsync(ServerProcess server, Registered reminder, int seed)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var response = await server.Http.GetAsync($"/v1.0/actors/T/{reminder.Actor}/reminders/{reminder.Name}", Cancelled);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"seed {seed}: {reminder} does not end");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancelled);
        }
    }

    /// <summary>The kill may repeat one tick: the one whose answer was not written down.</summary>
    private static void CheckTimes(Registered reminder, IReadOnlyList<ReminderApp.Callback> calls, int seed)
    {
        Assert.InRange(calls.Count, reminder.Ticks, reminder.Ticks + 1);
        for (var call = 0; call < calls.Count; call++)
        {
            var tick = Math.Max(0, call - (calls.Count - reminder.Ticks));
            var notBefore = reminder.Due + (reminder.Period * tick);
            Assert.True(calls[call].At >= notBefore, $"seed {seed}: call {call + 1} of {reminder} at {calls[call].At:O}, not before {notBefore:O}");
        }
    }

    private static async Task FillAsync(string folder)
    {
        await using var store = await OpenAsync(folder);
        var reminders = ((IReminderStoreProvider)store).Reminders;
        var due = TimeProvider.System.GetUtcNow().AddHours(1);
        await Parallel.ForAsync(0, Pending, new ParallelOptions { MaxDegreeOfParallelism = 256, CancellationToken = Cancelled }, async (number, token) =>
        {
            var reminder = new ReminderRecord { ActorType = "T", ActorId = $"{number}", Name = "r", NextDue = due.AddMilliseconds(number), Version = 1 };
            await reminders.PutAsync(reminder, overwrite: true, token);
        });
    }

    private static ValueTask<IStateStore> OpenAsync(string folder) => BuiltInComponents.Catalog().StateStores["state.sqlite"](
        new ComponentSpec { Name = "statestore", Type = "state.sqlite", Metadata = new ComponentMetadata([new("connectionString", "reminders.db")]) },
        new ComponentContext
        {
            AppId = "app",
            Namespace = "default",
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
            Environment = _ => null,
            BaseDirectory = folder,
        },
        Cancelled);

    private sealed record Registered(int Actor, string Name, DateTimeOffset Due, TimeSpan Period, int Ticks);
}
