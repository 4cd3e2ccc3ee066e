using System.Collections.Concurrent;

namespace DeviceFleet.Workflows.Tests.EndToEnd;

/// <summary>The sidecar dies; worker and client stay, and everything ends as if nothing had happened.</summary>
public sealed class KilledSidecarTests
{
    private const int Instances = 20;
    private const int Steps = 6;

    [Fact]
    public async Task Workflows_outlive_their_sidecar()
    {
        var runs = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var halfway = new SemaphoreSlim(0);
        await using var sidecar = new SidecarProcess();
        await sidecar.Start();
        await using var app = await WorkflowApp.Start(sidecar.GrpcEndpoint, options =>
        {
            options.RegisterWorkflow<int, int>("Steps", Code);
            options.RegisterWorkflow<int, int>("Child", (context, input) => context.CallActivityAsync<int>("Add", input));
            options.RegisterActivity<int, int>("Add", (context, input) =>
            {
                runs.AddOrUpdate(context.TaskExecutionKey, 1, (_, count) => count + 1);
                if (runs.Count % Instances == 0)
                {
                    halfway.Release();
                }

                return Task.FromResult(input + 1);
            });
        });
        for (var i = 0; i < Instances; i++)
        {
            await app.Client.ScheduleNewWorkflowAsync("Steps", $"i-{i}", i);
        }

        for (var kill = 0; kill < 2; kill++)
        {
            await halfway.WaitAsync(TestContext.Current.CancellationToken);
            await sidecar.Kill();
            await sidecar.Start();
        }

        for (var i = 0; i < Instances; i++)
        {
            var state = await app.Finish($"i-{i}");
            Assert.Equal((WorkflowRuntimeStatus.Completed, i + Steps + 1), (state.RuntimeStatus, state.ReadOutputAs<int>()));
        }

        // Every call has its own key, and no call was made up: a repeated run has the key of the first.
        Assert.Equal(Instances * (Steps + 1), runs.Count);
    }

    private static async Task<int> Code(WorkflowContext context, int sum)
    {
        for (var i = 0; i < Steps; i++)
        {
            sum = await context.CallActivityAsync<int>("Add", sum);
            await context.CreateTimer(TimeSpan.FromMilliseconds(50));
        }

        return await context.CallChildWorkflowAsync<int>("Child", sum);
    }
}
