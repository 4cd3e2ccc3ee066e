namespace DeviceFleet.Workflows.Tests.Replay;

/// <summary>What the worker of the package Dapr.Workflow 1.18.7 asks for in the same situation, taken from a run of it.</summary>
public sealed class DaprWorkflowVectorTests
{
    [Fact]
    public void W06_Numbers_and_ids_are_those_of_the_package()
    {
        List<string> ids = [];
        var scenario = new Scenario { SendEvents = SendEventMode.Native }.With(async context =>
        {
            ids = [context.NewGuid().ToString(), context.NewGuid().ToString()];
            var retry = new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(1));
            _ = context.CallActivityAsync<int>("Pay", 1);
            _ = context.CallActivityAsync<int>("Ship", 1, new WorkflowTaskOptions(retry));
            _ = context.CallChildWorkflowAsync<int>("Kid", 1);
            _ = context.CallChildWorkflowAsync<int>("Kid", 1, new ChildWorkflowTaskOptions(RetryPolicy: retry));
            _ = context.WaitForExternalEventAsync<int>("e", TimeSpan.FromSeconds(5));
            _ = context.WaitForExternalEventAsync<int>("e", TimeSpan.FromSeconds(-1));
            _ = context.CreateTimer(TimeSpan.FromSeconds(3));
            _ = context.WaitForExternalEventAsync<int>("e", TimeSpan.Zero);
            _ = context.CreateTimer(TimeSpan.FromSeconds(3), new CancellationToken(canceled: true));
            context.SendEvent("o", "ev", 3);
            return await context.WaitForExternalEventAsync<int>("never");
        });

        var actions = scenario.Start().Actions;

        Assert.Equal(["5668eb7b-62cb-5b34-abef-8fa005e39dc0", "f9404d6e-0caf-5484-8c33-56f89bf388f3"], ids);
        Assert.Equal(
            [
                "0:Pay 1", "1:Ship 1", "2:child Kid 1", "3:child Kid 1", "4:timer ExternalEvent", "5:timer ExternalEvent", "6:timer CreateTimer", "7:timer CreateTimer",
                "8:send ev to o",
            ],
            scenario.Last.Said());
        Assert.Equal("54ec200d5a375b37ae39376d67c1ddba", actions[0].ScheduleTask.TaskExecutionId);
        Assert.Equal("466144d8381b5070b1adfe04065976af", actions[1].ScheduleTask.TaskExecutionId);
        Assert.Equal("d6fab664-0833-5af7-8f38-b66700b3fd78", actions[2].CreateChildWorkflow.InstanceId);
        Assert.Equal("7a60068e-8961-5f4f-8898-db6b0949b4f3", actions[3].CreateChildWorkflow.InstanceId);
    }
}
