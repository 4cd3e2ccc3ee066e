using DeviceFleet.Benchmarks;
using DeviceFleet.Benchmarks.Actors;
using DeviceFleet.Benchmarks.Workflows;

IBenchmark[] benchmarks = [new ActorCall(), new ActorActivation(), new ColdActivation(), new ReminderRuns(), new ReminderLateness(), new IngestRules(), new StateWrites(), new ReminderStore(), new PubSubThroughput(), new WorkflowReplay(), new WorkflowChain()];
if (args.Length == 0)
{
    Console.WriteLine($"usage: DeviceFleet.Benchmarks [seconds=N] all | {string.Join(" | ", benchmarks.Select(benchmark => benchmark.Name))}");
    return 2;
}

var seconds = args.FirstOrDefault(arg => arg.StartsWith("seconds=", StringComparison.Ordinal)) is { } text && int.TryParse(text["seconds=".Length..], out var given) ? given : 5;
foreach (var benchmark in benchmarks.Where(benchmark => args.Contains("all") || args.Contains(benchmark.Name)))
{
    // Beside the build, not under /tmp, which is memory on many machines.
    var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"data-{Guid.NewGuid():N}")).FullName;
    Console.WriteLine($"# {benchmark.Name}");
    try
    {
        await benchmark.RunAsync(new BenchmarkContext(Console.Out, folder, TimeSpan.FromSeconds(seconds)));
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

return 0;
