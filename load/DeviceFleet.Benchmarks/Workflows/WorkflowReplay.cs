extern alias workflows;

using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using workflows::DeviceFleet.Workflows.Replay;
using workflows::DeviceFleet.Workflows.Serialization;
using workflows::DeviceFleet.Workflows.Worker;
using workflows::DeviceFleet.Workflows;
using workflows::TaskHub.Protocol;

namespace DeviceFleet.Benchmarks.Workflows;

/// <summary>One turn over a long history: reading it from the wire, and replaying it. Twice the events must cost twice the time, not four times.</summary>
internal sealed class WorkflowReplay : IBenchmark
{
    private const int EventsPerStep = 3;

    public string Name => "workflow-replay";

    public async Task RunAsync(BenchmarkContext context)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var registry = new WorkflowRegistry();
        registry.Add("Long", _ => new FunctionWorkflow<int, int>(Long));
        var settings = new TurnSettings(registry, new JsonWorkflowSerializer(), NullLoggerFactory.Instance, default, default, default);
        foreach (var events in (int[])[100, 1_000, 10_000])
        {
            var wire = History(events).ToByteArray();
            var (turns, elapsed, parsing) = Measure(wire, services, settings, context.Duration);
            await context.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{events,6:N0} events  {wire.Length / 1024.0,8:N1} KiB  replay {elapsed.TotalMilliseconds / turns,8:N3} ms  reading {parsing.TotalMilliseconds / turns,8:N3} ms  {elapsed.TotalMicroseconds / turns / events,6:N2} us/event"));
        }
    }

    private static (long Turns, TimeSpan Replay, TimeSpan Parsing) Measure(byte[] wire, IServiceProvider services, TurnSettings settings, TimeSpan duration)
    {
        var (turns, replay, parsing) = (0L, TimeSpan.Zero, TimeSpan.Zero);
        var warm = duration / 10;
        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < duration + warm;)
        {
            var start = Stopwatch.GetTimestamp();
            var request = WorkflowRequest.Parser.ParseFrom(wire);
            var parsed = Stopwatch.GetTimestamp();
            if (new WorkflowTurn(request, request.PastEvents, services, settings).Run().Actions.Count != 0)
            {
                throw new InvalidOperationException("The turn must wait.");
            }

            if (Stopwatch.GetElapsedTime(begin) < warm)
            {
                continue;
            }

            turns++;
            parsing += Stopwatch.GetElapsedTime(start, parsed);
            replay += Stopwatch.GetElapsedTime(parsed);
        }

        return (turns, replay, parsing);
    }

    private static async Task<int> Long(WorkflowContext context, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            await context.CallActivityAsync<int>("Step", i);
        }

        return await context.WaitForExternalEventAsync<int>("end");
    }

    private static WorkflowRequest History(int events)
    {
        var steps = events / EventsPerStep;
        var request = new WorkflowRequest { InstanceId = "long", NewEvents = { new HistoryEvent { Timestamp = new Timestamp(), WorkflowStarted = new WorkflowStartedEvent() } } };
        var started = new ExecutionStartedEvent { Name = "Long", Input = steps.ToString(CultureInfo.InvariantCulture), WorkflowInstance = new WorkflowInstance { InstanceId = "long" } };
        request.PastEvents.Add(Event(-1, happened => happened.ExecutionStarted = started));
        for (var i = 0; i < steps; i++)
        {
            var id = i;
            request.PastEvents.Add(Event(id, happened => happened.TaskScheduled = new TaskScheduledEvent { Name = "Step", Input = "1", TaskExecutionId = "54ec200d5a375b37ae39376d67c1ddba" }));
            request.PastEvents.Add(Event(-1, happened => happened.WorkflowStarted = new WorkflowStartedEvent()));
            request.PastEvents.Add(Event(-1, happened => happened.TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = "1", TaskExecutionId = "54ec200d5a375b37ae39376d67c1ddba" }));
        }

        return request;
    }

    private static HistoryEvent Event(int id, Action<HistoryEvent> set)
    {
        var happened = new HistoryEvent { EventId = id, Timestamp = new Timestamp { Seconds = 1_770_000_000 } };
        set(happened);
        return happened;
    }
}
