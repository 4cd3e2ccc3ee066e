using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.EndToEnd.Tests.Live;
using DeviceFleet.EndToEnd.Tests.Processes;
using DeviceFleet.EndToEnd.Tests.Sums;
using DeviceFleet.Local.Data;
using DeviceFleet.Simulator;
using DeviceFleet.Simulator.Ledgers;

namespace DeviceFleet.EndToEnd.Tests.Kills;

/// <summary>The promise to operators: what was answered with success is on disk, once, also across <c>kill -9</c>.</summary>
public sealed class ControlKillTests(ITestOutputHelper output)
{
    private const int Devices = 16;
    private const int Kills = 20;
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("DEVICEFLEET_SEED") ?? "20266", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Sensor noise raises it and clears it again within seconds, all the time.</summary>
    private const string NervousRule =
        """
        rule.nervous: >-
          {"version":1,"severity":"warning","when":{"kind":"rate","metric":"rpm","op":">","value":30},"clear":{"kind":"rate","metric":"rpm","op":"<","value":-30}}
        """;

    [Fact]
    public async Task Nothing_that_operators_were_told_is_lost_or_doubled_when_the_process_is_killed_twenty_times()
    {
        output.WriteLine($"seed {Seed} (DEVICEFLEET_SEED)");
        var random = new Random(Seed);
        var data = Artifacts.NewFolder();
        var database = Path.Combine(data, "devicefleet.db");
        var commandLedger = Path.Combine(data, "commands.txt");
        var identities = Path.Combine(data, "identities.jsonl");
        await File.WriteAllTextAsync(Path.Combine(data, StarterSettings.FileName), NervousRule + "\n", TestContext.Current.CancellationToken);
        await TopicAuditor.RegisterAsync(database, PubSubTopics.DeviceEvents, PubSubTopics.Alarms);

        var local = await StartAsync(data, null);
        using var stopDevices = new CancellationTokenSource();
        using var stopOperators = new CancellationTokenSource();
        var devices = Task.FromResult<SimulatorSummary>(null!);
        try
        {
            var ids = Enumerable.Range(1, Devices).Select(n => DeviceId.Parse($"sim-{n:0000}")).ToList();
            await Identities.Of(local).WriteFileAsync(local, identities, ids);
            devices = SimulatedFleet.RunAsync(Fleet(local, identities, commandLedger), TimeProvider.System, view: null, stopDevices.Token);
            using var client = await FleetClient.SignInAsync(local);
            foreach (var id in ids)
            {
                await FleetClient.UntilAsync("the gateway knows it", () => client.DeviceAsync(id), view => view.Presence == Presence.Online);
            }

            var operators = ids.Select(id => new Operator(client, id, new Random(random.Next()))).ToList();
            var work = Task.WhenAll(operators.Select(one => one.RunAsync(stopOperators.Token)));
            for (var kill = 0; kill < Kills; kill++)
            {
                // A life is as long as so much work, so that a slow machine proves as much as a quick one, and then a moment that has nothing to do with it.
                await WorkedAsync(operators, random.Next(15, 75));
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 1.5), TimeProvider.System, TestContext.Current.CancellationToken);
                await local.KillAsync();
                await local.DisposeAsync();
                local = await StartAsync(data, local);
            }

            await stopOperators.CancelAsync();
            await work;
            foreach (var one in operators)
            {
                await FleetClient.UntilAsync("all commands ended", () => client.DeviceAsync(one.Ledger.Device), view => view.OpenCommands == 0);
            }

            await stopDevices.CancelAsync();
            var summary = await devices;
            await QuietAsync(client, ids);
            var known = await SettleAsync(client, operators);
            await local.InterruptAsync(TimeSpan.FromSeconds(20));

            var audit = new ControlAudit(
                await TopicAuditor.ReadAllAsync(database, PubSubTopics.DeviceEvents),
                await TopicAuditor.ReadAllAsync(database, PubSubTopics.Alarms),
                CommandLedger.Read(commandLedger));
            foreach (var (ledger, twin, commands, alarms) in known)
            {
                audit.Check(ledger, twin, commands, alarms);
            }

            var ledgers = operators.Select(one => one.Ledger).ToList();
            output.WriteLine(
                $"{ledgers.Sum(one => one.Writes.Count)} writes, {ledgers.Sum(one => one.Commands.Count)} commands ({summary.CommandsAgain} came again), "
                + $"{audit.AlarmsRaised} alarms, {ledgers.Sum(one => one.Acknowledged.Count)} acknowledged; {ledgers.Sum(one => one.Uncertain)} answers did not come");
            Assert.Empty(audit.Faults);
            Assert.True(
                ledgers.Sum(one => one.Writes.Count) >= 10 * Kills && ledgers.Sum(one => one.Commands.Count) >= 5 * Kills
                && audit.AlarmsRaised >= 5 * Kills && ledgers.Sum(one => one.Acknowledged.Count) >= Kills,
                "Too little was done to prove anything.");
        }
        finally
        {
            await stopOperators.CancelAsync();
            await stopDevices.CancelAsync();
            await devices;
            await local.DisposeAsync();
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>Waits until the operators together have had so many more answers.</summary>
    private static async Task WorkedAsync(List<Operator> operators, int answers)
    {
        var until = operators.Sum(one => one.Answers) + answers;
        while (operators.Sum(one => one.Answers) < until)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for what devices sent last: it may be on its way through the service when they are gone, and would change what has been read.</summary>
    private static async Task QuietAsync(FleetClient client, List<DeviceId> ids)
    {
        for (var before = -1L; ;)
        {
            var now = 0L;
            foreach (var id in ids)
            {
                now += (await client.DeviceAsync(id)).Sound.Revision;
            }

            if (now == before)
            {
                return;
            }

            before = now;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A last write each, with which an outbox that a kill left behind goes out; then what the actors know.</summary>
    private static async Task<List<(OperatorLedger Ledger, TwinView Twin, IReadOnlyList<DeviceCommand> Commands, IReadOnlyList<DeviceAlarm> Alarms)>> SettleAsync(
        FleetClient client, List<Operator> operators)
    {
        var known = new List<(OperatorLedger, TwinView, IReadOnlyList<DeviceCommand>, IReadOnlyList<DeviceAlarm>)>();
        foreach (var one in operators)
        {
            await one.WriteAsync();
            var id = one.Ledger.Device;
            var twin = (await client.TwinAsync(id)).Sound;
            known.Add((one.Ledger, twin, (await client.CommandsAsync(id)).Sound.Commands, (await client.AlarmsAsync(id)).Sound.Alarms));
        }

        return known;
    }

    private static Task<LocalProcess> StartAsync(string data, LocalProcess? before) => LocalProcess.StartAsync(
        data, before?.MqttPort, before?.HttpPort, environment: new Dictionary<string, string> { ["RateLimits__PerSecond"] = "10000", ["RateLimits__Burst"] = "10000" });

    private static SimulatorOptions Fleet(LocalProcess local, string identities, string commandLedger) => new()
    {
        Port = local.MqttPort,
        IdentitiesPath = identities,
        Devices = Devices,
        Rate = 5,
        Profile = "pump",
        Seed = (ulong)Seed,
        CommandLedgerPath = commandLedger,
        ReconnectDelayMax = TimeSpan.FromMilliseconds(500), // lives are short
    };
}
