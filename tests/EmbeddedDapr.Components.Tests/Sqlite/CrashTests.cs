using System.Diagnostics;
using System.Globalization;
using System.Text;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Tests.Sqlite;

/// <summary>A writing process is killed again and again on one file; what it acknowledged must be there afterwards, whole.</summary>
public sealed class CrashTests
{
    private const int Kills = 20;
    private const int Seed = 20_300_101;

    [Fact]
    public async Task What_was_acknowledged_survives_kill_9()
    {
        using var folder = new TestFolder();
        var random = new Random(Seed);
        var said = new Acknowledged();
        for (var kill = 0; kill < Kills; kill++)
        {
            // Killed after so many acknowledged lines: a different point of the traffic each time, and no clock.
            await RunAndKillAsync(folder.Path, firstNumber: (kill + 1) * 1_000_000L, lines: random.Next(1, 1_500), said);
            await VerifyStateAsync(folder.Path, said, $"after kill {kill + 1} of {Kills} (seed {Seed})");
        }

        await VerifyMessagesAsync(folder.Path, said);
    }

    private static async Task RunAndKillAsync(string folder, long firstNumber, int lines, Acknowledged said)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
        }

        start.ArgumentList.Add(CrashWriter.Argument);
        start.ArgumentList.Add(folder);
        start.ArgumentList.Add(firstNumber.ToString(CultureInfo.InvariantCulture));
        using var child = Process.Start(start)!;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            for (var line = 0; line < lines; line++)
            {
                said.Add(await child.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("the writer ended by itself"));
            }
        }
        finally
        {
            child.Kill(); // SIGKILL
        }

        // What it still had in the pipe was acknowledged too. The last line may be cut off.
        var rest = await child.StandardOutput.ReadToEndAsync(CancellationToken.None);
        foreach (var line in rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            said.Add(line);
        }

        await child.WaitForExitAsync(CancellationToken.None);
    }

    private static async Task VerifyStateAsync(string folder, Acknowledged said, string phase)
    {
        await using var state = await BuiltInComponents.Catalog().StateStores["state.sqlite"](
            TestComponents.Spec("state.sqlite", ("connectionString", "crash.db")), TestComponents.Context(TimeProvider.System, folder), CancellationToken.None);
        foreach (var ((writer, slot), number) in said.State)
        {
            var values = await state.GetManyAsync(CrashWriter.KeysOf(writer, slot), CancellationToken.None);
            var texts = values.Select(value => value is null ? "missing" : Encoding.UTF8.GetString(value.Value.Span)).ToList();
            Assert.True(texts[0] == texts[1], $"{phase}: half a transaction: {writer}/{slot} holds {texts[0]} and {texts[1]}");

            // One more may be there than was said: committed, and killed before saying so.
            var found = long.TryParse(texts[0], CultureInfo.InvariantCulture, out var held);
            Assert.True(found && held >= number, $"{phase}: {writer}/{slot} holds {texts[0]}, acknowledged was {number}");
        }

        var reminders = ((IReminderStoreProvider)state).Reminders;
        var stored = (await reminders.ListAsync("T", null, int.MaxValue, CancellationToken.None)).Select(reminder => (reminder.ActorId, reminder.Name)).ToHashSet();
        Assert.True(said.Reminders.IsSubsetOf(stored), $"{phase}: reminders are missing: {string.Join(' ', said.Reminders.Except(stored).Take(10))}");
    }

    private static async Task VerifyMessagesAsync(string folder, Acknowledged said)
    {
        await using var pubsub = await BuiltInComponents.Catalog().PubSubs["pubsub.sqlite"](
            TestComponents.Spec("pubsub.sqlite", ("connectionString", "crash.db")), TestComponents.Context(TimeProvider.System, folder), CancellationToken.None);
        var missing = said.Messages.Except(said.Delivered).ToHashSet();
        if (missing.Count == 0)
        {
            return;
        }

        // What the killed processes did not get, the consumer of that name gets now.
        var complete = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var subscription = await pubsub.SubscribeAsync(
            new PubSubSubscription { Topic = "t", ConsumerId = "child", BatchMax = 100 },
            (deliveries, _) =>
            {
                missing.ExceptWith(deliveries.Select(Recipient.Text));
                if (missing.Count == 0)
                {
                    complete.TrySetResult();
                }

                return ValueTask.FromResult<IReadOnlyList<DeliveryVerdict>>([.. deliveries.Select(_ => DeliveryVerdict.Settled)]);
            },
            CancellationToken.None);
        await Task.WhenAny(complete.Task, Task.Delay(TimeSpan.FromSeconds(30), CancellationToken.None));

        Assert.True(complete.Task.IsCompleted, $"messages acknowledged and never delivered: {string.Join(' ', missing.Take(10))}");
    }

    /// <summary>What the killed processes said.</summary>
    private sealed class Acknowledged
    {
        public Dictionary<(int Writer, long Slot), long> State { get; } = [];

        public HashSet<string> Messages { get; } = [];

        public HashSet<string> Delivered { get; } = [];

        public HashSet<(string Actor, string Name)> Reminders { get; } = [];

        public void Add(string line)
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "state":
                    var number = long.Parse(words[2], CultureInfo.InvariantCulture);
                    State[(int.Parse(words[1], CultureInfo.InvariantCulture), number % 100)] = number;
                    break;
                case "message":
                    Messages.Add(words[1]);
                    break;
                case "got":
                    Delivered.Add(words[1]);
                    break;
                case "reminder":
                    Reminders.Add((words[1], words[2]));
                    break;
                default:
                    Assert.Fail($"the writer said: {line}");
                    break;
            }
        }
    }
}
