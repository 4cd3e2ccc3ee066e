using System.Collections.Concurrent;
using EmbeddedDapr.Workflows;
using EmbeddedDapr.Workflows.Dispatch;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>A worker without SDK: answers each item with what two functions make of it; null: no answer.</summary>
internal sealed class TestWorker
{
    private readonly WorkflowEngine _engine;
    private readonly WorkerStream _stream;
    private readonly Func<Turn, WorkflowResponse?> _workflow;
    private readonly Func<ActivityRequest, ActivityResponse?> _activity;
    private readonly bool _echoesTokens;
    private readonly ConcurrentQueue<WorkItem> _items = new();
    private TaskCompletionSource _arrived = NewSignal();
    private volatile bool _isForsaken;

    public TestWorker(WorkflowEngine engine, Func<Turn, WorkflowResponse?> workflow, Func<ActivityRequest, ActivityResponse?> activity, bool echoesTokens)
    {
        _engine = engine;
        _workflow = workflow;
        _activity = activity;
        _echoesTokens = echoesTokens;
        _stream = engine.Connect();
        _ = ReadAsync();
    }

    /// <summary>Everything it was given.</summary>
    public IReadOnlyList<WorkItem> Items => [.. _items];

    public IReadOnlyList<Turn> Turns => [.. _items.Where(item => item.WorkflowRequest is not null).Select(item => new Turn(item.WorkflowRequest))];

    public IReadOnlyList<ActivityRequest> Activities => [.. _items.Where(item => item.ActivityRequest is not null).Select(item => item.ActivityRequest)];

    /// <summary>Waits until it has been given so many items.</summary>
    public async Task<IReadOnlyList<WorkItem>> GivenAsync(Func<WorkItem, bool> counts, int number)
    {
        using var patience = new CancellationTokenSource(WorkflowBench.Patience);
        while (true)
        {
            var next = Volatile.Read(ref _arrived).Task; // taken before counting, so that nothing is missed
            if (_items.Count(counts) >= number)
            {
                break;
            }

            await Task.WhenAny(next, Task.Delay(Timeout.Infinite, patience.Token));
            Assert.False(patience.IsCancellationRequested, $"{_items.Count(counts)} of {number} items came: {string.Join(' ', _items.Select(item => item.RequestCase))}");
        }

        return [.. _items.Where(counts)];
    }

    public Task<IReadOnlyList<WorkItem>> GivenTurnsAsync(int number) => GivenAsync(item => item.WorkflowRequest is not null, number);

    public Task<IReadOnlyList<WorkItem>> GivenActivitiesAsync(int number) => GivenAsync(item => item.ActivityRequest is not null, number);

    /// <summary>Its stream breaks.</summary>
    public void Disconnect()
    {
        _isForsaken = true;
        _engine.Disconnect(_stream);
    }

    /// <summary>Its engine has gone.</summary>
    public void Forsake() => _isForsaken = true;

    /// <summary>Answers an item late, or again.</summary>
    public Task AnswerAsync(WorkItem item, WorkflowResponse response)
    {
        response.CompletionToken = _echoesTokens ? item.CompletionToken : string.Empty;
        _engine.CompleteTurn(response);
        return Task.CompletedTask;
    }

    public Task AnswerAsync(WorkItem item, ActivityResponse response)
    {
        response.CompletionToken = _echoesTokens ? item.CompletionToken : string.Empty;
        return _engine.CompleteActivityAsync(response);
    }

    public static ActivityResponse Result(ActivityRequest request, string? result) => new() { InstanceId = request.WorkflowInstance.InstanceId, TaskId = request.TaskId, Result = result };

    public static ActivityResponse Failure(ActivityRequest request, string message = "broken") => new()
    {
        InstanceId = request.WorkflowInstance.InstanceId,
        TaskId = request.TaskId,
        FailureDetails = new TaskFailureDetails { ErrorType = "Broken", ErrorMessage = message },
    };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ReadAsync()
    {
        await foreach (var frame in _stream.Items.ReadAllAsync())
        {
            var item = frame.ToMessage();
            _items.Enqueue(item);
            if (_isForsaken)
            {
                continue;
            }

            if (item.WorkflowRequest is { } turn && _workflow(new Turn(turn)) is { } response)
            {
                await AnswerAsync(item, response);
            }
            else if (item.ActivityRequest is { } activity && _activity(activity) is { } result)
            {
                await AnswerAsync(item, result);
            }

            Interlocked.Exchange(ref _arrived, NewSignal()).TrySetResult();
        }
    }
}
