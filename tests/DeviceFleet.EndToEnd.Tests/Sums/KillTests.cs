using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.EndToEnd.Tests.Processes;
using DeviceFleet.Simulator.Ledgers;

namespace DeviceFleet.EndToEnd.Tests.Sums;

/// <summary>The promise (DESIGN section 3): a PUBACK means on disk, in the actor and in the durable topic, counted once; also across <c>kill -9</c>.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Devices = 200;
    private const int SamplesPerSecond = 5;
    private static readonly DeviceId[] Ids = [.. Enumerable.Range(1, Devices).Select(n => DeviceId.Parse($"sim-{n:0000}"))];
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("DEVICEFLEET_SEED") ?? "20261", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_sums_add_up_when_the_process_is_killed_three_times()
    {
        var sums = await RunAsync(environment: null);

        Assert.True(sums.Acknowledged.Count > Devices * SamplesPerSecond * Duration.TotalSeconds / 2, $"Too little arrived to prove anything: {sums}");
        Assert.Empty(sums.Lost);
        Assert.Empty(sums.Invented);
        Assert.Equal(sums.InTopic.Count, sums.CountedByActors);
        Assert.Equal(0, sums.DevicesThatDisagree);
    }

    /// <summary>The test of the test: a service that answers before the turn must be caught. Behind a switch, because it costs another minute.</summary>
    [Fact]
    public async Task A_service_that_acknowledges_before_the_commit_is_caught()
    {
        if (Environment.GetEnvironmentVariable("DEVICEFLEET_LONG_TESTS") != "1")
        {
            Assert.Skip("long: set DEVICEFLEET_LONG_TESTS=1");
        }

        var sums = await RunAsync(new Dictionary<string, string>
        {
            ["DOTNET_ENVIRONMENT"] = "FaultInjection",
            ["ASPNETCORE_ENVIRONMENT"] = "FaultInjection",
            ["Ingest__FaultAcknowledgeBeforeCommit"] = "true",
        });

        Assert.NotEmpty(sums.Lost);
    }

    private async Task<Sums> RunAsync(IReadOnlyDictionary<string, string>? environment)
    {
        var random = new Random(Seed);
        var data = Artifacts.NewFolder();
        var ledger = Path.Combine(data, "ledger.txt");
        var identities = Path.Combine(data, "identities.jsonl");
        var database = Path.Combine(data, "devicefleet.db");
        await TopicAuditor.RegisterAsync(database, PubSubTopics.Telemetry);

        var local = await LocalProcess.StartAsync(data, environment: environment);
        try
        {
            await Identities.Of(local).WriteFileAsync(local, identities, Ids);
            await using var simulator = new SimulatorProcess(local, identities, Devices, SamplesPerSecond, Duration, ledger, Seed);
            for (var kill = 0; kill < 3; kill++)
            {
                await Task.Delay(TimeSpan.FromSeconds(10 + (random.NextDouble() * 5)));
                await local.KillAsync();
                await local.DisposeAsync();
                local = await LocalProcess.StartAsync(data, local.MqttPort, local.HttpPort, environment: environment);
            }

            await simulator.ExitAsync(Duration + TimeSpan.FromSeconds(60));
            var views = await ViewsAsync(local);
            await local.InterruptAsync(TimeSpan.FromSeconds(10));
            var sums = Sums.Of(Ledger.Read(ledger), await TopicAuditor.ReadTelemetryAsync(database), views);
            output.WriteLine($"seed {Seed}; {sums}");
            output.WriteLine(simulator.Output);
            return sums;
        }
        finally
        {
            await local.DisposeAsync();
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<DeviceView>> ViewsAsync(LocalProcess local)
    {
        var (client, _) = await local.SignInAsync();
        using (client)
        {
            var views = new List<DeviceView>();
            foreach (var id in Ids)
            {
                views.Add(await LocalProcess.DeviceAsync(client, id) ?? throw new InvalidOperationException($"{id} is not known."));
            }

            return views;
        }
    }
}
