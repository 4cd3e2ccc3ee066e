using System.Diagnostics;
using System.Globalization;
using Dapr.Actors.Client;

namespace DeviceFleet.Benchmarks.Actors;

/// <summary>Calls of 1,000 actors through the official SDK's JSON proxy, over HTTP and in process; caller, engine and app share the machine and the process.</summary>
internal sealed class ActorCall : IBenchmark
{
    private const int Actors = 1_000;

    public string Name => "actor-call";

    public async Task RunAsync(BenchmarkContext context)
    {
        foreach (var inProcess in (bool[])[false, true])
        {
            await using var app = await BenchApp.StartAsync(inProcess, context.Folder);
            var channel = inProcess ? "in process" : "http      ";
            var proxies = Enumerable.Range(0, Actors).Select(id => app.Proxy($"actor-{id}")).ToArray();
            ActorProxy Next(int caller, long i, int callers) => proxies[(caller + (i * callers)) % Actors];
            foreach (var callers in (int[])[1, 16, 64])
            {
                var echo = await ClosedLoop.RunAsync(callers, context.Duration, async (caller, i) => await Next(caller, i, callers).InvokeMethodAsync<int, int>("Echo", 1));
                await context.Output.WriteLineAsync($"{channel} no state      {echo}");
            }

            foreach (var callers in (int[])[1, 64, 256])
            {
                var save = await ClosedLoop.RunAsync(callers, context.Duration, async (caller, i) => await Next(caller, i, callers).InvokeMethodAsync<int, int>("Save", 1));
                await context.Output.WriteLineAsync($"{channel} durable state {save}");
            }
        }
    }
}

/// <summary>First calls of new actors, and what a resident one costs.</summary>
internal sealed class ActorActivation : IBenchmark
{
    private const int Actors = 100_000;

    public string Name => "actor-activation";

    public async Task RunAsync(BenchmarkContext context)
    {
        await using var app = await BenchApp.StartAsync(inProcess: true, context.Folder);
        await app.Proxy("warm").InvokeMethodAsync<int, int>("Echo", 1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, Actors), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (id, cancellationToken) =>
            await app.Proxy($"device-{id}").InvokeMethodAsync<int, int>("Save", id, cancellationToken));
        var seconds = clock.Elapsed.TotalSeconds;
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        await context.Output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"activate and save, 64 callers {Actors / seconds,9:N0}/s; {(double)held / Actors,6:N0} bytes a resident actor, SDK and engine; process {Environment.WorkingSet / 1e6:N0} MB"));
    }
}

/// <summary>First calls of actors whose state lies on disk, after a restart of engine and app: each call reads the state and answers it.</summary>
internal sealed class ColdActivation : IBenchmark
{
    private const int Actors = 50_000;

    public string Name => "cold-activation";

    public async Task RunAsync(BenchmarkContext context)
    {
        await using (var before = await BenchApp.StartAsync(inProcess: true, context.Folder))
        {
            await ForEachAsync(async id => await before.Proxy($"device-{id}").InvokeMethodAsync<int, int>("Save", id));
        }

        await using var app = await BenchApp.StartAsync(inProcess: true, context.Folder);
        await app.Proxy("warm").InvokeMethodAsync<int, int>("Read", 0);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        await ForEachAsync(async id =>
        {
            if (await app.Proxy($"device-{id}").InvokeMethodAsync<int, int>("Read", 0) != id)
            {
                throw new InvalidOperationException($"device-{id} has lost its state.");
            }
        });
        var seconds = clock.Elapsed.TotalSeconds;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        await context.Output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"activate from disk, 64 callers {Actors / seconds,9:N0}/s, cpu {cpu.TotalMicroseconds / Actors:N1} us"));
    }

    private static Task ForEachAsync(Func<int, Task> call) =>
        Parallel.ForEachAsync(Enumerable.Range(0, Actors), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (id, _) => await call(id));
}
