using System.Diagnostics;
using System.Globalization;
using System.Text;
using EmbeddedDapr;

namespace DeviceFleet.Benchmarks.Actors;

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
            var body = Encoding.UTF8.GetBytes($$"""{"dueTime":"{{due}}","period":"1s","repeats":{{Runs}}}""");
            ReminderRuns.Check(await app.Sidecar.Actors.CreateReminderAsync("Bench", $"device-{id}", $"r{id}", body, cancellationToken));
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
        var body = Encoding.UTF8.GetBytes($$"""{"dueTime":"{{due.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}"}""");
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

    public static void Check(ApiError? error)
    {
        if (error is not null)
        {
            throw new InvalidOperationException(error.Message);
        }
    }
}
