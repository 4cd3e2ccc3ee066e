using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Benchmarks.Actors;

/// <summary>Turns of the real device actor that take one sample each and save it, with three alarm rules that raise nothing, and with none.</summary>
internal sealed class IngestRules : IBenchmark
{
    private const int Devices = 1_000;

    private static readonly Dictionary<string, string> Three = new()
    {
        ["hot"] = """{"version":1,"severity":"critical","when":{"kind":"threshold","metric":"temperature","op":">","value":80,"for":"00:00:10"},"hysteresis":5}""",
        ["pressure"] = """{"version":1,"severity":"warning","when":{"kind":"range","metric":"pressure","low":1,"high":9,"count":3,"within":"00:01:00"}}""",
        ["quiet"] = """{"version":1,"severity":"warning","when":{"kind":"absence","for":"01:00:00"}}""",
    };

    public string Name => "ingest-rules";

    public async Task RunAsync(BenchmarkContext context)
    {
        foreach (var rules in (Dictionary<string, string>[])[[], Three, [], Three])
        {
            await using var app = await FleetBenchApp.StartAsync(rules, Path.Combine(context.Folder, Guid.NewGuid().ToString("N")));
            var devices = Enumerable.Range(0, Devices).Select(id => app.Device($"device-{id}")).ToArray();
            var seq = new long[Devices];
            foreach (var callers in (int[])[64, 256])
            {
                var result = await ClosedLoop.RunAsync(callers, context.Duration, async (caller, i) =>
                {
                    var device = (int)((caller + (i * callers)) % Devices);
                    await IngestAsync(devices[device], Interlocked.Increment(ref seq[device]));
                });
                await context.Output.WriteLineAsync($"{rules.Count} rules  {result}");
            }
        }
    }

    private static async ValueTask IngestAsync(ActorProxy device, long seq)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var request = new IngestRequest
        {
            ReceivedAt = now,
            Samples =
            [
                new TelemetrySample
                {
                    Boot = 1,
                    Seq = seq,
                    Ts = now,
                    Metrics = new Dictionary<string, double> { ["temperature"] = 21.5 + (seq % 10), ["pressure"] = 5, ["rpm"] = 1_450, ["rssi"] = -67 },
                },
            ],
        };
        var reply = await device.InvokeMethodAsync<IngestRequest, IngestReply>(DeviceActorMethods.Ingest, request);
        if (reply.Results[0].Outcome is SampleOutcome.Invalid)
        {
            throw new InvalidOperationException($"A sample was refused: {reply.Results[0].Reason}.");
        }
    }
}
