using EmbeddedDapr.State;

namespace DeviceFleet.Benchmarks;

/// <summary>Durable writes of 300-byte values of actor-like keys, each awaited; then reads of the same keys.</summary>
internal sealed class StateWrites : IBenchmark
{
    private const int ValueBytes = 300;
    private const int KeysPerCaller = 100;

    public string Name => "state-writes";

    public async Task RunAsync(BenchmarkContext context)
    {
        await using var store = await StorageComponents.StateAsync(context.Folder);
        var value = new byte[ValueBytes];
        value.AsSpan().Fill((byte)'x');
        foreach (var callers in (int[])[1, 16, 64, 256])
        {
            var keys = Enumerable.Range(0, callers)
                .Select(caller => Enumerable.Range(0, KeysPerCaller).Select(i => $"devices||Device||device-{caller}-{i}||twin").ToArray())
                .ToArray();
            var writes = await ClosedLoop.RunAsync(callers, context.Duration, async (caller, i) =>
            {
                await store.WriteAsync(
                    [new StateOperation { Kind = StateOperationKind.Upsert, Key = keys[caller][i % KeysPerCaller], Value = value }],
                    CancellationToken.None);
            });
            await context.Output.WriteLineAsync($"write {writes}");
            var reads = await ClosedLoop.RunAsync(
                callers,
                context.Duration,
                async (caller, i) => _ = await store.GetAsync(keys[caller][i % KeysPerCaller], CancellationToken.None));
            await context.Output.WriteLineAsync($"read  {reads}");
        }
    }
}
