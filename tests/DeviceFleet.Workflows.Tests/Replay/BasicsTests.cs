using DeviceFleet.Workflows.Replay;
using Microsoft.Extensions.Logging;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Replay;

/// <summary>Cases of the contract's catalogue (section 7.3) about starting, chaining, clocks and ids; W in a name is the case's number.</summary>
public sealed class BasicsTests
{
    [Fact]
    public void W01_An_empty_workflow_completes_in_its_first_turn()
    {
        var answer = Scenario.Of(_ => Task.FromResult<string?>(null)).Start();

        Assert.Equal(["Completed"], answer.Said());
        Assert.Equal(string.Empty, answer.End().Result);
        Assert.Equal(string.Empty, answer.CustomStatus);
    }

    [Fact]
    public void W02_Output_of_one_activity_feeds_the_next()
    {
        var scenario = Scenario.Of<int, int>(async (context, input) =>
        {
            var sum = input;
            foreach (var step in new[] { "One", "Two", "Three" })
            {
                sum = await context.CallActivityAsync<int>(step, sum);
            }

            return sum;
        });

        Assert.Equal(["0:One 1"], scenario.Start("1").Said());
        Assert.Equal(["1:Two 10"], scenario.Turn(Events.Completed(0, "10")).Said());
        Assert.Equal(["2:Three 20"], scenario.Turn(Events.Completed(1, "20")).Said());
        Assert.Equal(["Completed 30"], scenario.Turn(Events.Completed(2, "30")).Said());
    }

    [Fact]
    public void W03_Fan_out_is_numbered_in_code_order_and_results_are_by_index()
    {
        var scenario = Scenario.Of(async context => await Task.WhenAll(Enumerable.Range(0, 50).Select(i => context.CallActivityAsync<int>("Square", i))));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}:Square {i}"), scenario.Start().Said());
        var random = new Random(7);
        var order = Enumerable.Range(0, 50).OrderBy(_ => random.Next()).ToArray();
        Assert.Empty(scenario.Turn([.. order[..20].Select(i => Events.Completed(i, $"{i * i}"))]).Said());
        var answer = scenario.Turn([.. order[20..].Select(i => Events.Completed(i, $"{i * i}"))]);

        Assert.Equal($"[{string.Join(',', Enumerable.Range(0, 50).Select(i => i * i))}]", answer.End().Result);
    }

    [Fact]
    public void W04_Replay_is_over_for_code_that_new_events_drive_and_each_line_is_logged_once()
    {
        var lines = new Lines();
        List<bool> replaying = [];
        var scenario = new Scenario { Loggers = lines }.With(async context =>
        {
            replaying.Clear();
            var logger = context.CreateReplaySafeLogger("test");
            for (var i = 0; i < 3; i++)
            {
                replaying.Add(context.IsReplaying);
                logger.Log(LogLevel.Information, 0, i, null, (number, _) => $"line {number}");
                await context.CallActivityAsync("Step");
            }

            return "done";
        });

        scenario.Start();
        scenario.Turn(Events.Completed(0));
        scenario.Turn(Events.Completed(1));

        Assert.Equal([true, true, false], replaying);
        Assert.Equal(["line 0", "line 1", "line 2"], lines.Written);
    }

    [Fact]
    public void W05_The_clock_before_the_first_await_is_that_of_the_first_turn()
    {
        List<DateTime> seen = [];
        var scenario = Scenario.Of(async context =>
        {
            seen.Clear();
            seen.Add(context.CurrentUtcDateTime);
            await context.CallActivityAsync("Step");
            seen.Add(context.CurrentUtcDateTime);
            await context.CallActivityAsync("Step");
            seen.Add(context.CurrentUtcDateTime);
            return 0;
        });

        scenario.Start();
        scenario.Now = Scenario.Begin.AddHours(1);
        scenario.Turn(Events.Completed(0));
        scenario.Now = Scenario.Begin.AddHours(3);
        scenario.Turn(Events.Completed(1));

        Assert.Equal([Scenario.Begin, Scenario.Begin.AddHours(1), Scenario.Begin.AddHours(3)], seen);
        Assert.All(seen, time => Assert.Equal(DateTimeKind.Utc, time.Kind));
    }

    [Fact]
    public void W06_Ids_are_the_same_in_every_replay_and_others_for_another_execution()
    {
        List<Guid> ids = [];
        async Task<int> Code(WorkflowContext context)
        {
            ids = [context.NewGuid(), context.NewGuid()];
            await context.CallActivityAsync("Step");
            ids.Add(context.NewGuid());
            return 0;
        }

        var scenario = Scenario.Of(Code);
        scenario.Start();
        var first = ids;
        scenario.Turn(Events.Completed(0));
        var second = ids;
        new Scenario { ExecutionId = "another" }.With(Code).Start();

        Assert.Equal(first, second[..2]);
        Assert.Equal(3, second.Distinct().Count());
        Assert.Empty(second.Intersect(ids));
    }

    [Fact]
    public void W06_Ids_are_name_based_as_in_RFC_4122()
    {
        // The example of RFC 9562, appendix A.4.
        Assert.Equal(new Guid("2ed6657d-e927-568b-95e1-2665a8aea6a2"), DeterministicGuids.Of(new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "www.example.com"));

        var seed = new Guid("9d0c3a52-3a33-4f7f-8e7b-6f6a4f1c2b10");
        var guids = new DeterministicGuids(seed.ToString(), "instance-1");
        Assert.Equal(DeterministicGuids.Of(seed, "instance-1_0"), guids.Next());
        Assert.Equal(DeterministicGuids.Of(seed, "instance-1_1"), guids.Next());
        Assert.Equal(DeterministicGuids.Of(seed, "instance-1|activity|3|Pay").ToString("N"), guids.TaskExecutionId(3, "Pay"));
    }

    [Fact]
    public void W27_An_unregistered_workflow_fails()
    {
        var answer = new Scenario().Turn(Events.Started("Nobody", null, Scenario.Instance, null));

        Assert.Equal(["Failed WorkflowNotFound"], answer.Said());
    }

    [Fact]
    public void W59_Events_of_unknown_kinds_are_ignored()
    {
        var scenario = Scenario.Of(async context => await context.CallActivityAsync<int>("Step"));
        scenario.Start();

        var answer = scenario.Turn(new HistoryEvent(), new HistoryEvent { EventId = 5, ExecutionStalled = new ExecutionStalledEvent() }, Events.Completed(0, "1"));

        Assert.Equal(["Completed 1"], answer.Said());
    }

    [Fact]
    public void An_input_that_cannot_be_read_fails_the_instance()
    {
        var answer = Scenario.Of<int, int>((_, input) => Task.FromResult(input)).Start("\"text\"");

        Assert.Equal("System.Text.Json.JsonException", answer.End().FailureDetails.ErrorType);
    }

    [Fact]
    public void Activities_nobody_waits_for_go_out_with_the_end()
    {
        var answer = Scenario.Of(context =>
        {
            _ = context.CallActivityAsync("Log", "bye");
            return Task.FromResult(1);
        }).Start();

        Assert.Equal(["0:Log \"bye\"", "Completed 1"], answer.Said());
    }

    private sealed class Lines : ILoggerFactory, ILogger
    {
        public List<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
