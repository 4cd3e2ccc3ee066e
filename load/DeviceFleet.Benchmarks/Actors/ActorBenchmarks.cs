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

/// <summary>How late reminders are at an ordinary load: 1,000 actors with one of a period of one second each, spread over the second.</summary>
internal sealed class ReminderLateness : IBenchmark
{
    private const int Reminders = 1_000;
    private const int Runs = 10;

    public string Name => "reminder-lateness";

    public async Task RunAsync(BenchmarkContext context)
    {
        await using var app = await BenchApp.StartAsync(inProcess: true, context.Folder);
        var start = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 6);
        var late = app.Ticks.Measure(Reminders * Runs, name => start.AddMilliseconds(int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture)), TimeSpan.FromSeconds(1));
        await Parallel.ForEachAsync(Enumerable.Range(0, Reminders), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (id, cancellationToken) =>
        {
            var due = start.AddMilliseconds(id).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            var body = System.Text.Encoding.UTF8.GetBytes($$"""{"dueTime":"{{due}}","period":"1s","repeats":{{Runs}}}""");
            if (await app.Sidecar.Actors.CreateReminderAsync("Bench", $"device-{id}", $"r{id}", body, cancellationToken) is { } error)
            {
                throw new InvalidOperationException(error.Message);
            }
        });
        var milliseconds = await late;
        await context.Output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{Reminders:N0} reminders a second, {Runs} times: late p50 {milliseconds[milliseconds.Length / 2]:N1} ms, p99 {milliseconds[milliseconds.Length * 99 / 100]:N1} ms, worst {milliseconds[^1]:N1} ms"));
    }
}

/// <summary>Reminders through the engine: registering, then all of them due at once, each a turn of its actor, and written down.</summary>
internal sealed class ReminderRuns : IBenchmark
{
    private const int Reminders = 50_000;
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(4);

    public string Name => "reminders";

    public async Task RunAsync(BenchmarkContext context)
    {
        await using var app = await BenchApp.StartAsync(inProcess: true, context.Folder);
        var actors = app.Sidecar.Actors;
        var register = await ClosedLoop.RunAsync(
            64,
            context.Duration,
            async (caller, i) => Check(await actors.CreateReminderAsync("Bench", $"{caller}-{i % 500}", "far", """{"dueTime":"1h","period":"1h"}"""u8.ToArray(), CancellationToken.None)));
        await context.Output.WriteLineAsync($"register {register}");

        var due = DateTimeOffset.Parse(TimeProvider.System.GetUtcNow().AddSeconds(Reminders / 8_000).Add(Lead).ToString("O", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var body = System.Text.Encoding.UTF8.GetBytes($$"""{"dueTime":"{{due.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}"}""");
        var fired = app.Ticks.Expect(Reminders);
        await Parallel.ForEachAsync(Enumerable.Range(0, Reminders), new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (id, cancellationToken) =>
            Check(await actors.CreateReminderAsync("Bench", $"{id % 1_000}", $"r{id}", body, cancellationToken)));
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await fired;
        var late = TimeProvider.System.GetUtcNow() - due;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        await context.Output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"fire     {Reminders:N0} due at once: the last {late.TotalMilliseconds:N0} ms late, {Reminders / late.TotalSeconds:N0}/s, cpu {cpu.TotalMicroseconds / Reminders:N1} us"));
    }

    private static void Check(EmbeddedDapr.ApiError? error)
    {
        if (error is not null)
        {
            throw new InvalidOperationException(error.Message);
        }
    }
}
