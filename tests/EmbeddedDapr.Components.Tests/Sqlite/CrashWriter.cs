using System.Globalization;
using System.Text;
using EmbeddedDapr.Actors;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Components.Tests.Sqlite;

/// <summary>
/// The process that <see cref="CrashTests"/> kills: this executable, started with <see cref="Argument"/>. It writes state, publishes and registers reminders
/// through one file, and prints a line for each only once it was acknowledged.
/// </summary>
internal static class CrashWriter
{
    public const string Argument = "--crash-writer";
    public const int Writers = 8;

    /// <summary>Both keys of a transaction hold the number; half of it must never be seen.</summary>
    public static string[] KeysOf(int writer, long number) => [$"app||{writer}||{number % 100}||a", $"app||{writer}||{number % 100}||b"];

    /// <summary>Starts at a number for each writer so that runs do not repeat each other.</summary>
    public static async Task RunAsync(string folder, long firstNumber)
    {
        var catalog = BuiltInComponents.Catalog();
        var context = Conformance.TestComponents.Context(TimeProvider.System, folder);
        var state = await catalog.StateStores["state.sqlite"](
            Conformance.TestComponents.Spec("state.sqlite", ("connectionString", "crash.db")), context, CancellationToken.None);
        var pubsub = await catalog.PubSubs["pubsub.sqlite"](
            Conformance.TestComponents.Spec("pubsub.sqlite", ("connectionString", "crash.db")), context, CancellationToken.None);
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true });

        // A consumer that settles what it gets: positions and trimming are written all the time too.
        await pubsub.SubscribeAsync(
            new PubSubSubscription { Topic = "t", ConsumerId = "child", BatchMax = 50 },
            async (deliveries, _) =>
            {
                foreach (var delivery in deliveries)
                {
                    await output.WriteLineAsync($"got {Encoding.UTF8.GetString(delivery.Message.Data.Span)}");
                }

                return [.. deliveries.Select(_ => DeliveryVerdict.Settled)];
            },
            CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(writer, firstNumber, state, pubsub, output)));
    }

    private static async Task WriteAsync(int writer, long number, IStateStore state, IPubSubComponent pubsub, TextWriter output)
    {
        var reminders = ((IReminderStoreProvider)state).Reminders;
        for (; ; number++)
        {
            var value = Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));
            var outcome = await state.WriteAsync(
                [.. KeysOf(writer, number).Select(key => new StateOperation { Kind = StateOperationKind.Upsert, Key = key, Value = value })],
                CancellationToken.None);
            await output.WriteLineAsync($"{(outcome == StateWriteOutcome.Done ? "state" : "refused")} {writer} {number}");
            await pubsub.PublishAsync("t", [new PubSubMessage(Encoding.UTF8.GetBytes($"{writer}:{number}"), "text/plain")], CancellationToken.None);
            await output.WriteLineAsync($"message {writer}:{number}");
            if (number % 10 == 0)
            {
                var reminder = new ReminderRecord
                {
                    ActorType = "T",
                    ActorId = $"{writer}",
                    Name = $"{number}",
                    NextDue = DateTimeOffset.UnixEpoch.AddSeconds(number),
                    Version = number,
                };
                await reminders.PutAsync(reminder, overwrite: true, CancellationToken.None);
                await output.WriteLineAsync($"reminder {writer} {number}");
            }
        }
    }
}
