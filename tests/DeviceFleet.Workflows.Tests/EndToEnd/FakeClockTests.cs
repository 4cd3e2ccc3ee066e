using EmbeddedDapr.Server;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Workflows.Tests.EndToEnd;

/// <summary>Long workflows on a clock that the test turns.</summary>
public sealed class FakeClockTests
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_workflow_of_a_week_takes_seconds()
    {
        var time = new FakeTimeProvider(Begin);
        await using var dapr = await EmbeddedDaprHost.StartAsync(new EmbeddedDaprHostOptions { Time = time }, TestContext.Current.CancellationToken);
        await using var app = await WorkflowApp.Start(dapr.GrpcEndpoint, options =>
        {
            options.RegisterWorkflow<int, DateTime[]>("Rollout", Rollout);
            options.RegisterActivity<int, int>("Update", (_, day) => Task.FromResult(day));
        });

        // The engine's short pauses are turned by every look, the days between them at one stroke.
        var start = app.Client.ScheduleNewWorkflowAsync("Rollout", "week", 7);
        while (!start.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await start;
        for (var day = 1; day <= 7; day++)
        {
            await app.Until("week", state => state.ReadCustomStatusAs<int>() == day, () => time.Advance(TimeSpan.FromMilliseconds(10)));
            time.Advance(TimeSpan.FromDays(1));
        }

        var state = await app.Until("week", state => state.IsWorkflowCompleted, () => time.Advance(TimeSpan.FromMilliseconds(10)));
        var days = state.ReadOutputAs<DateTime[]>()!;

        Assert.Equal(WorkflowRuntimeStatus.Completed, state.RuntimeStatus);
        Assert.Equal(Enumerable.Range(1, 7).Select(day => Begin.AddDays(day).Date), days.Select(day => day.Date));
        Assert.All(days.Zip(days.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromDays(1)));
    }

    private static async Task<DateTime[]> Rollout(WorkflowContext context, int days)
    {
        var done = new DateTime[days];
        for (var day = 1; day <= days; day++)
        {
            context.SetCustomStatus(day);
            await context.CreateTimer(TimeSpan.FromDays(1));
            await context.CallActivityAsync<int>("Update", day);
            done[day - 1] = context.CurrentUtcDateTime;
        }

        return done;
    }
}
