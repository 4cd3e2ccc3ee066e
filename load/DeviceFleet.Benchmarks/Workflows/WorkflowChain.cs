extern alias workflows;

using EmbeddedDapr.Server;
using workflows::DeviceFleet.Workflows;

namespace DeviceFleet.Benchmarks.Workflows;

/// <summary>
/// Workflows of five chained activities, durable in SQLite: started, run and waited for through the gRPC API over loopback. Worker, client and engine share this
/// process, and its processors.
/// </summary>
internal sealed class WorkflowChain : IBenchmark
{
    private const int Steps = 5;

    public string Name => "workflow-chain";

    public async Task RunAsync(BenchmarkContext context)
    {
        await using var dapr = await EmbeddedDaprHost.StartAsync(new EmbeddedDaprHostOptions { Resources = Resources(context.Folder), DataFolder = context.Folder });
        var services = new ServiceCollection().AddLogging();
        services.AddDaprWorkflow(options =>
        {
            options.GrpcEndpoint = dapr.GrpcEndpoint;
            options.RegisterWorkflow<int, int>("Chain", Chain);
            options.RegisterActivity<int, int>("Add", (_, input) => Task.FromResult(input + 1));
        });
        await using var provider = services.BuildServiceProvider();
        var worker = provider.GetServices<IHostedService>().Single();
        await worker.StartAsync(CancellationToken.None);
        var client = provider.GetRequiredService<IDaprWorkflowClient>();

        // A lone caller would measure the compiler: everything is called often before.
        await ClosedLoop.RunAsync(64, context.Duration, (_, _) => RunOneAsync(client));
        foreach (var callers in (int[])[1, 16, 64, 256])
        {
            var result = await ClosedLoop.RunAsync(callers, context.Duration, (_, _) => RunOneAsync(client));
            await context.Output.WriteLineAsync($"{Steps} activities {result}");
        }

        await worker.StopAsync(CancellationToken.None);
    }

    private static async ValueTask RunOneAsync(IDaprWorkflowClient client)
    {
        var state = await client.WaitForWorkflowCompletionAsync(await client.ScheduleNewWorkflowAsync("Chain", null, 0));
        if (state.ReadOutputAs<int>() != Steps)
        {
            throw new InvalidOperationException($"The workflow ended {state.RuntimeStatus} with {state.ReadOutputAs<int>()}.");
        }
    }

    private static async Task<int> Chain(WorkflowContext context, int sum)
    {
        for (var i = 0; i < Steps; i++)
        {
            sum = await context.CallActivityAsync<int>("Add", sum);
        }

        return sum;
    }

    private static string Resources(string folder) => $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: statestore
        spec:
          type: state.sqlite
          version: v1
          metadata:
          - name: connectionString
            value: "{Path.Combine(folder, "state.db")}"
          - name: actorStateStore
            value: "true"
        """;
}
