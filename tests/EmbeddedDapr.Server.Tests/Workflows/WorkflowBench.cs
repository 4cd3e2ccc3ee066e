using EmbeddedDapr.Components;
using EmbeddedDapr.State;
using EmbeddedDapr.Workflows;
using EmbeddedDapr.Workflows.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>An engine over a real store with a clock that the test moves, and workers that answer what the test says.</summary>
internal sealed class WorkflowBench : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo? _folder;
    private readonly List<TestWorker> _workers = [];
    private IStateStore _state;

    private WorkflowBench(IStateStore state, WorkflowEngine engine, FakeTimeProvider time, WorkflowEngineOptions options, DirectoryInfo? folder)
    {
        _state = state;
        Engine = engine;
        Time = time;
        Options = options;
        _folder = folder;
    }

    public WorkflowEngine Engine { get; private set; }

    public FakeTimeProvider Time { get; }

    public WorkflowEngineOptions Options { get; }

    public CancellationToken Token { get; } = new CancellationTokenSource(Patience).Token;

    /// <summary>In memory, or in a file that survives <see cref="RestartAsync"/>.</summary>
    public static async Task<WorkflowBench> StartAsync(bool durable = false, WorkflowEngineOptions? options = null, long bodyBytesMax = -1)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var folder = durable ? Directory.CreateTempSubdirectory("workflows") : null;
        var state = await OpenAsync(folder, time);
        options ??= new WorkflowEngineOptions { ResultLinger = TimeSpan.Zero };
        return new WorkflowBench(state, await EngineAsync(state, time, options, bodyBytesMax), time, options, folder);
    }

    /// <summary>As if the process had been killed: what was in memory is gone, the file is opened again.</summary>
    public async Task RestartAsync()
    {
        _workers.ForEach(worker => worker.Forsake());
        _workers.Clear();
        await Engine.DisposeAsync();
        await _state.DisposeAsync();
        _state = await OpenAsync(_folder, Time);
        Engine = await EngineAsync(_state, Time, Options, -1);
    }

    /// <summary>Another engine on the same file, as a second process would have.</summary>
    public Task<WorkflowEngine> SecondEngineAsync() => EngineAsync(_state, Time, Options, -1);

    /// <summary>Connects a worker.</summary>
    public TestWorker Worker(Func<Turn, WorkflowResponse?> workflow, Func<ActivityRequest, ActivityResponse?>? activity = null, bool echoesTokens = true)
    {
        var worker = new TestWorker(Engine, workflow, activity ?? (request => TestWorker.Result(request, request.Input)), echoesTokens);
        _workers.Add(worker);
        return worker;
    }

    public Task<WorkflowRefusal?> StartAsync(string id, string name = "W", string? input = null, DateTimeOffset? at = null) =>
        Engine.StartAsync(new StartRequest { InstanceId = id, Name = name, Input = input, ScheduledAt = at }, Token);

    public async Task<WorkflowRow> StartedAsync(string id, string name = "W", string? input = null)
    {
        Assert.Null(await StartAsync(id, name, input));
        return (await Engine.WaitAsync(id, row => row.Status != OrchestrationStatus.Pending, Token))!;
    }

    /// <summary>Waits for the end, and checks which.</summary>
    public async Task<WorkflowDescription> EndAsync(string id, OrchestrationStatus status = OrchestrationStatus.Completed)
    {
        var row = await UntilAsync(id, row => row.IsTerminal);
        Assert.Equal(status, row.Status);
        return await Engine.DescribeAsync(row, withPayloads: true, Token);
    }

    /// <summary>Waits for a state; the instance need not be there yet.</summary>
    public async Task<WorkflowRow> UntilAsync(string id, Func<WorkflowRow, bool> isReached)
    {
        using var waiter = Engine.Waiters.Add(id, isReached);
        return await Engine.RowAsync(id, Token) is { } row && isReached(row) ? row : await waiter.Source.Task.WaitAsync(Token);
    }

    public Task<WorkflowRow> UntilAsync(string id, OrchestrationStatus status) => UntilAsync(id, row => row.Status == status);

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id) => await Engine.HistoryAsync(id, Token) ?? [];

    /// <summary>Kinds of the events, for comparing.</summary>
    public async Task<string> KindsAsync(string id) => string.Join(' ', (await HistoryAsync(id)).Select(one => one.EventTypeCase));

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _state.DisposeAsync();
        _folder?.Delete(recursive: true);
    }

    private static ValueTask<IStateStore> OpenAsync(FileSystemInfo? folder, TimeProvider time)
    {
        var type = folder is null ? "state.in-memory" : "state.sqlite";
        var spec = new ComponentSpec { Name = "statestore", Type = type, Metadata = new ComponentMetadata([new("connectionString", "state.db")]) };
        var context = new ComponentContext
        {
            AppId = "app",
            Namespace = "default",
            Time = time,
            Loggers = NullLoggerFactory.Instance,
            Environment = _ => null,
            BaseDirectory = folder?.FullName ?? Environment.CurrentDirectory,
        };
        return BuiltInComponents.Catalog().StateStores[type](spec, context, CancellationToken.None);
    }

    private static async Task<WorkflowEngine> EngineAsync(IStateStore state, TimeProvider time, WorkflowEngineOptions options, long bodyBytesMax)
    {
        var store = await state.Feature<IWorkflowStoreProvider>()!.WorkflowsAsync("app", CancellationToken.None);
        return await WorkflowEngine.StartAsync("app", store, options, bodyBytesMax, time, NullLoggerFactory.Instance, CancellationToken.None);
    }
}
