using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Tests.Fakes;
using DeviceFleet.Testing;

namespace DeviceFleet.Devices.Tests.Actors;

/// <summary>
/// A life of twin and commands, ended at every single call that it makes of the runtime, before the call took effect and after it: from there on nothing works until the
/// actor is made anew. Whatever the point, nothing that was stored stays unsent or untold, and what is repeated changes nothing twice.
/// </summary>
public sealed class CrashPointTests
{
    private static readonly (string Name, Func<Life, Task> Do)[] Script =
    [
        ("desired 1", life => life.WriteAsync("""{"a":1}""")),
        ("online", life => life.SayAsync(DaprNames.StatusIn, "status", """{"online":true,"boot":1}""")),
        ("command k1", life => life.CommandAsync("k1")),
        ("report", life => life.SayAsync(DaprNames.ReportedIn, "reported", """{"version":0,"patch":{"a":1}}""")),
        ("command k2", life => life.CommandAsync("k2")),
        ("k1 accepted", life => life.AnswerAsync("k1", """{"accepted":true}""")),
        ("k1 done", life => life.AnswerAsync("k1", """{"ok":true,"result":1}""")),
        ("telemetry", life => life.SayAsync(DaprNames.TelemetryIn, "telemetry", """{"boot":1,"seq":0,"metrics":{"t":1}}""")),
        ("online again", life => life.SayAsync(DaprNames.StatusIn, "status", """{"online":true,"boot":2}""")),
        ("desired 2", life => life.WriteAsync("""{"a":2}""")),
        ("k2 failed", life => life.AnswerAsync("k2", """{"ok":false,"error":"stuck"}""")),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_point_of_a_life_that_goes_on_costs_nothing(bool isDone)
    {
        var fate = isDone ? CallFate.Unanswered : CallFate.Lost;
        await using var host = await DevicesHost.StartAsync();
        var points = 1;
        for (var point = 0; point < points; point++)
        {
            var life = new Life(host, $"pump-{point}");
            var calls = 0;
            foreach (var (_, step) in Script)
            {
                while (await life.CrashesAsync(step, kind => calls++ == point ? fate : CallFate.Done))
                {
                }
            }

            points = calls;
            await life.LetRemindersComeAsync();
            await life.CheckAsync($"crash at call {point} ({fate})");
            await life.CheckEndAsync($"crash at call {point} ({fate})");
        }

        Assert.InRange(points, 30, 200);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_crash_at_any_point_reminders_alone_bring_out_all_that_was_stored(bool isDone)
    {
        var fate = isDone ? CallFate.Unanswered : CallFate.Lost;
        await using var host = await DevicesHost.StartAsync();
        for (var (point, crashed) = (0, true); crashed; point++)
        {
            var life = new Life(host, $"pump-{point}");
            var calls = 0;
            crashed = false;
            foreach (var (name, step) in Script)
            {
                if (await life.CrashesAsync(step, kind => calls++ == point ? fate : CallFate.Done))
                {
                    crashed = true;
                    await life.LetRemindersComeAsync();
                    await life.CheckAsync($"crash at call {point} ({fate}), in '{name}'");
                    break;
                }
            }
        }
    }

    /// <summary>One device, its operator, and the runtime as both see it.</summary>
    private sealed class Life(DevicesHost host, string device)
    {
        private readonly Dictionary<string, string> _ids = [];

        public async Task WriteAsync(string patch) => await host.WriteDesiredAsync(device, patch);

        public async Task CommandAsync(string key) => _ids[key] = (await host.CommandAsync(device, "open", request => request with { Key = key })).Value!.Id;

        public Task AnswerAsync(string key, string payload) => SayAsync(DaprNames.CommandResultsIn, $"commands/{_ids[key]}/result", payload);

        public async Task SayAsync(string route, string topic, string payload)
        {
            using var answer = await host.SendAsync(route, $"fleet/{device}/{topic}", payload);
            answer.EnsureSuccessStatusCode();
        }

        /// <summary>Does a step until the process dies in it; then makes the actor anew. False: it did not die.</summary>
        public async Task<bool> CrashesAsync(Func<Life, Task> step, Func<string, CallFate> next)
        {
            var isDead = false;
            host.Runtime.OnCall = kind =>
            {
                var fate = isDead ? CallFate.Lost : next(kind);
                isDead |= fate != CallFate.Done;
                return fate;
            };
            try
            {
                await step(this);
            }
            catch (Exception) when (isDead)
            {
                // Nobody hears a dead process; the step is repeated, as a device does without PUBACK, and an operator without answer.
            }

            host.Runtime.OnCall = _ => CallFate.Done;
            if (isDead)
            {
                await host.Runtime.DeactivateAsync(device);
            }

            return isDead;
        }

        public async Task LetRemindersComeAsync()
        {
            foreach (var name in new[] { DeviceActor.WakeReminder, DeviceActor.RetryReminder })
            {
                if (host.Runtime.Reminders.ContainsKey($"{device}||{name}"))
                {
                    await host.Runtime.FireAsync(device, name);
                }
            }
        }

        /// <summary>What has to hold whatever was stored.</summary>
        public async Task CheckAsync(string when)
        {
            if (!host.Runtime.ActorState.TryGetValue($"Device||{device}||device", out var json))
            {
                return; // nothing was stored
            }

            var state = JsonSerializer.Deserialize<DeviceState>(json, DeviceActorsSetup.ActorJson)!;
            Assert.True(state.Outbox.Count == 0 && !state.Twin.Unsent, $"{when}: {state.Outbox.Count} events wait, desired is unsent: {state.Twin.Unsent}.");
            var twin = await host.TwinAsync(device);
            var sent = host.Runtime.BindingCalls.Where(call => call.Topic.StartsWith($"fleet/{device}/", StringComparison.Ordinal)).ToArray();
            var desired = sent.LastOrDefault(call => call.Binding == DaprNames.DesiredOut);
            Assert.True(twin.Desired.Version == 0 || desired?.Payload.Contains($$"""{"version":{{twin.Desired.Version}},""", StringComparison.Ordinal) == true, $"{when}: {desired}");
            var told = host.TwinEvents(device).Select(change => (change.Part, change.Version)).ToHashSet();
            Assert.True(Versions("desired", twin.Desired).Concat(Versions("reported", twin.Reported)).All(told.Contains), $"{when}: told only {string.Join(' ', told)}");
            var changes = host.CommandEvents(device);
            foreach (var command in await host.CommandsAsync(device))
            {
                Assert.True(!state.IsConnected || command.State != CommandState.Queued, $"{when}: {command.Id} was not delivered.");
                var last = changes.Where(change => change.Command.Id == command.Id).Max(change => change.Command.State);
                Assert.True(last == command.State, $"{when}: {command.Id} is {command.State}, and was told to be {last}.");
            }
        }

        /// <summary>What has to be so at the end of the whole life.</summary>
        public async Task CheckEndAsync(string when)
        {
            var twin = await host.TwinAsync(device);
            Assert.True((twin.Desired.Version, twin.Reported.Version) == (2, 1), $"{when}: versions {twin.Desired.Version}, {twin.Reported.Version}.");
            var commands = await host.CommandsAsync(device);
            Assert.True(
                commands.Select(command => (command.Key, command.State)).SequenceEqual([("k2", CommandState.Failed), ("k1", CommandState.Succeeded)]),
                $"{when}: {string.Join(' ', commands.Select(command => $"{command.Key} {command.State}"))}");
            var delivered = host.Runtime.BindingCalls
                .Where(call => call.Topic.StartsWith($"fleet/{device}/commands/", StringComparison.Ordinal))
                .Select(call => MqttTopics.CommandIdOf(call.Topic)).Distinct();
            Assert.True(delivered.SequenceEqual([_ids["k1"], _ids["k2"]]), $"{when}: delivered {string.Join(' ', delivered)}.");
            Assert.Equal(1, (await host.ViewAsync(device)).Totals.Applied);
        }

        private static IEnumerable<(string Part, long Version)> Versions(string part, TwinDocument document) =>
            Enumerable.Range(1, (int)document.Version).Select(version => (part, (long)version));
    }
}
