using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Replay;

/// <summary>Failures of activities and children, and how they are tried again.</summary>
public sealed class FailureTests
{
    [Fact]
    public void W21_A_failed_activity_throws_with_type_and_message()
    {
        var scenario = Scenario.Of(async context =>
        {
            var failure = await Assert.ThrowsAsync<WorkflowTaskFailedException>(() => context.CallActivityAsync("Step"));
            return $"{failure.FailureDetails.ErrorType}/{failure.FailureDetails.ErrorMessage}/{failure.FailureDetails.IsCausedBy<SystemException>()}";
        });
        scenario.Start();

        Assert.Equal(["Completed \"System.InvalidOperationException/broken/true\""], scenario.Turn(Events.Failed(0)).Said(), StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void W21_What_nobody_catches_fails_the_instance()
    {
        var scenario = Scenario.Of(async context => await context.CallActivityAsync<int>("Step"));
        scenario.Start();

        var failure = scenario.Turn(Events.Failed(0)).End().FailureDetails;

        Assert.Equal(typeof(WorkflowTaskFailedException).FullName, failure.ErrorType);
        Assert.Contains("broken", failure.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("System.InvalidOperationException", failure.InnerFailure.ErrorType);
        Assert.NotEmpty(failure.StackTrace);
    }

    [Fact]
    public void W22_The_third_attempt_may_succeed_and_delays_follow_coefficient_and_cap()
    {
        var policy = new WorkflowRetryPolicy(5, TimeSpan.FromSeconds(2), backoffCoefficient: 3, maxRetryInterval: TimeSpan.FromSeconds(5));
        var scenario = Retrying(policy);
        var executionId = scenario.Start().Actions[0].ScheduleTask.TaskExecutionId;

        var first = scenario.Turn(Events.Failed(0));
        Assert.Equal(["1:timer ActivityRetry"], first.Said());
        Assert.Equal(executionId, first.Actions[0].CreateTimer.ActivityRetry.TaskExecutionId);
        Assert.Equal(Scenario.Begin.AddSeconds(2), first.Actions[0].CreateTimer.FireAt.ToDateTime());
        scenario.Now = Scenario.Begin.AddSeconds(2);
        Assert.Equal(["2:Step"], scenario.Turn(Events.Fired(1)).Said());
        Assert.Equal(Scenario.Begin.AddSeconds(7), scenario.Turn(Events.Failed(2)).Actions[0].CreateTimer.FireAt.ToDateTime());
        scenario.Turn(Events.Fired(3));

        Assert.Equal(["Completed 1"], scenario.Turn(Events.Completed(4, "1")).Said());
    }

    [Fact]
    public void W23_After_the_last_attempt_its_failure_is_thrown()
    {
        var scenario = Retrying(new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1)));
        scenario.Start();
        scenario.Turn(Events.Failed(0, message: "first"));
        scenario.Turn(Events.Fired(1));

        var failure = scenario.Turn(Events.Failed(2, message: "second")).End().FailureDetails;

        Assert.Equal("second", failure.InnerFailure.ErrorMessage);
        Assert.Equal(2, scenario.Past.Count(happened => happened.TaskScheduled is not null));
    }

    [Fact]
    public void W24_No_attempt_begins_after_the_policys_time_in_the_workflows_clock()
    {
        var scenario = Retrying(new WorkflowRetryPolicy(100, TimeSpan.FromSeconds(10), retryTimeout: TimeSpan.FromSeconds(15)));
        scenario.Start();
        scenario.Now = Scenario.Begin.AddSeconds(1);
        Assert.Equal(["1:timer ActivityRetry"], scenario.Turn(Events.Failed(0)).Said());
        scenario.Now = Scenario.Begin.AddSeconds(11);
        Assert.Equal(["2:Step"], scenario.Turn(Events.Fired(1)).Said());
        scenario.Now = Scenario.Begin.AddSeconds(15);

        Assert.Equal(OrchestrationStatus.Failed, scenario.Turn(Events.Failed(2)).End().WorkflowStatus);
    }

    [Fact]
    public void W25_One_execution_id_for_all_attempts_of_a_call_another_for_every_other_call()
    {
        var policy = new WorkflowTaskOptions(new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(1)));
        var scenario = Scenario.Of(async context => await Task.WhenAll(
            context.CallActivityAsync<int>("Step", options: policy), context.CallActivityAsync<int>("Step", options: policy)));
        var ids = scenario.Start().Actions.Select(action => action.ScheduleTask.TaskExecutionId).ToArray();
        scenario.Turn(Events.Failed(1), Events.Failed(0));

        var again = scenario.Turn(Events.Fired(2), Events.Fired(3)).Actions.Select(action => action.ScheduleTask.TaskExecutionId).ToArray();

        Assert.NotEqual(ids[0], ids[1]);
        Assert.Equal([ids[1], ids[0]], again);
    }

    [Fact]
    public void W26_An_unregistered_activity_can_be_caught()
    {
        var scenario = Scenario.Of(async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Nobody");
            }
            catch (WorkflowTaskFailedException missing)
            {
                return missing.FailureDetails.ErrorType;
            }
        });
        scenario.Start();

        Assert.Equal(["Completed \"ActivityNotFoundException\""], scenario.Turn(Events.Failed(0, "ActivityNotFoundException")).Said());
    }

    [Fact]
    public void W28_A_childs_output_reaches_its_parent()
    {
        var scenario = Scenario.Of(async context => await context.CallChildWorkflowAsync<int>("Kid", 5));
        var answer = scenario.Start();

        Assert.Equal(["0:child Kid 5"], answer.Said());
        Assert.True(Guid.TryParse(answer.Actions[0].CreateChildWorkflow.InstanceId, out _));
        Assert.Equal(["Completed 6"], scenario.Turn(Events.ChildCompleted(0, "6")).Said());
    }

    [Fact]
    public void W29_A_failed_child_is_tried_again_under_a_new_id()
    {
        var options = new ChildWorkflowTaskOptions(RetryPolicy: new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1)));
        var scenario = Scenario.Of(async context => await context.CallChildWorkflowAsync<int>("Kid", options: options));
        var first = scenario.Start().Actions[0].CreateChildWorkflow;
        var pause = scenario.Turn(Events.ChildFailed(0)).Actions[0].CreateTimer;
        var second = scenario.Turn(Events.Fired(1)).Actions[0].CreateChildWorkflow;

        Assert.Equal(first.InstanceId, pause.ChildWorkflowRetry.InstanceId);
        Assert.NotEqual(first.InstanceId, second.InstanceId);
        Assert.Null(first.RetryParentInstanceInfo);
        Assert.Equal(first.InstanceId, second.RetryParentInstanceInfo.InstanceID);
        var failure = scenario.Turn(Events.ChildFailed(2)).End().FailureDetails;
        Assert.Equal("Child workflow 'Kid' failed: child broke", failure.ErrorMessage);
    }

    [Fact]
    public void A_child_with_an_id_of_its_own_keeps_it_in_every_attempt()
    {
        var options = new ChildWorkflowTaskOptions("kid-1", new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1)));
        var scenario = Scenario.Of(async context => await context.CallChildWorkflowAsync<int>("Kid", options: options));
        Assert.Equal("kid-1", scenario.Start().Actions[0].CreateChildWorkflow.InstanceId);
        scenario.Turn(Events.ChildFailed(0));

        Assert.Equal("kid-1", scenario.Turn(Events.Fired(1)).Actions[0].CreateChildWorkflow.InstanceId);
    }

    [Fact]
    public void A_child_that_failed_without_details_has_failed()
    {
        var scenario = Scenario.Of(async context => await context.CallChildWorkflowAsync<int>("Kid"));
        scenario.Start();

        var answer = scenario.Turn(new HistoryEvent { EventId = -1, ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = 0 } });

        Assert.Equal(OrchestrationStatus.Failed, answer.End().WorkflowStatus);
    }

    [Fact]
    public void A_call_to_another_app_names_both_apps()
    {
        var answer = Scenario.Of(async context => await context.CallActivityAsync<int>("Step", options: new WorkflowTaskOptions(TargetAppId: "other"))).Start();

        Assert.Equal(("app", "other"), (answer.Actions[0].Router.SourceAppID, answer.Actions[0].Router.TargetAppID));
    }

    [Fact]
    public void A_policy_may_name_the_failures_it_is_for()
    {
        var policy = new WorkflowRetryPolicy(5, TimeSpan.FromSeconds(1)) { ShouldRetry = failure => failure.ErrorType != "Fatal" };
        var scenario = Retrying(policy);
        scenario.Start();

        Assert.Equal(OrchestrationStatus.Failed, scenario.Turn(Events.Failed(0, "Fatal")).End().WorkflowStatus);
    }

    [Fact]
    public void Delays_of_a_policy_have_bounds()
    {
        var policy = new WorkflowRetryPolicy(int.MaxValue, TimeSpan.FromSeconds(1), backoffCoefficient: 10);

        Assert.Equal(TimeSpan.FromSeconds(1), policy.DelayAfter(1, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(1000), policy.DelayAfter(4, TimeSpan.Zero));
        Assert.Equal(TimeSpan.MaxValue, policy.DelayAfter(400, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkflowRetryPolicy(0, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkflowRetryPolicy(1, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkflowRetryPolicy(1, TimeSpan.FromSeconds(1), 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkflowRetryPolicy(1, TimeSpan.FromHours(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkflowRetryPolicy(1, TimeSpan.FromSeconds(2), retryTimeout: TimeSpan.FromSeconds(1)));
    }

    private static Scenario Retrying(WorkflowRetryPolicy policy) =>
        Scenario.Of(async context => await context.CallActivityAsync<int>("Step", options: new WorkflowTaskOptions(policy)));
}
