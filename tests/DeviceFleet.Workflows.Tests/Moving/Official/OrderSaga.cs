using Dapr.Workflow;
using Dapr.Workflow.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Moving.Official;

/// <summary>One of everything: retries, fan-out, a child, a timer, events with and without limit, ids, status, a patch, a caught failure, beginning again.</summary>
internal sealed class OrderSaga : Workflow<OrderInput, OrderResult>
{
    private static readonly WorkflowTaskOptions Retried = new(new WorkflowRetryPolicy(3, TimeSpan.FromMilliseconds(20), backoffCoefficient: 2));

    public override async Task<OrderResult> RunAsync(WorkflowContext context, OrderInput input)
    {
        if (input.Round == 0)
        {
            context.ContinueAsNew(input with { Round = 1 });
            return new OrderResult();
        }

        var id = context.NewGuid();
        var reserved = await context.CallActivityAsync<string>(nameof(Reserve), input.Item, Retried);
        var squares = await Task.WhenAll(Enumerable.Range(1, 4).Select(number => context.CallActivityAsync<int>(nameof(Square), number)));
        var packed = await context.CallChildWorkflowAsync<string>(nameof(Pack), reserved);
        await context.CreateTimer(TimeSpan.FromMilliseconds(20));
        var late = false;
        try
        {
            await context.WaitForExternalEventAsync<int>("never", TimeSpan.FromMilliseconds(20));
        }
        catch (TaskCanceledException)
        {
            late = true;
        }

        var failure = string.Empty;
        try
        {
            await context.CallActivityAsync(nameof(Break), 1);
        }
        catch (WorkflowTaskFailedException failed)
        {
            failure = failed.FailureDetails.ErrorType;
        }

        context.SetCustomStatus("waiting for approval");
        var approved = await context.WaitForExternalEventAsync<bool>("approved", Timeout.InfiniteTimeSpan);
        var patched = context.IsPatched("newer");
        var second = await context.CallActivityAsync<int>(nameof(Square), 9);
        context.SetCustomStatus(null);
        return new OrderResult
        {
            Reserved = reserved,
            Sum = squares.Sum() + second,
            Packed = packed,
            Late = late,
            Failure = failure,
            Approved = approved,
            Patched = patched,
            TwoIds = id != context.NewGuid(),
        };
    }
}

internal sealed record OrderInput(string Item, int Round = 0);

internal sealed record OrderResult
{
    public string? Reserved { get; init; }

    public int Sum { get; init; }

    public string? Packed { get; init; }

    public bool Late { get; init; }

    public string? Failure { get; init; }

    public bool Approved { get; init; }

    public bool Patched { get; init; }

    public bool TwoIds { get; init; }
}

internal sealed class Pack : Workflow<string, string>
{
    public override Task<string> RunAsync(WorkflowContext context, string input) => Task.FromResult($"packed {input}");
}

internal sealed class Reserve : WorkflowActivity<string, string>
{
    private static int _calls;

    public override Task<string> RunAsync(WorkflowActivityContext context, string input) =>
        Interlocked.Increment(ref _calls) % 2 == 1 ? throw new TimeoutException("first time") : Task.FromResult($"reserved {input}");
}

internal sealed class Square : WorkflowActivity<int, int>
{
    public override Task<int> RunAsync(WorkflowActivityContext context, int input) => Task.FromResult(input * input);
}

internal sealed class Break : WorkflowActivity<int, int>
{
    public override Task<int> RunAsync(WorkflowActivityContext context, int input) => throw new InvalidOperationException("always");
}

/// <summary>An app with it.</summary>
internal sealed class OrderApp : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private OrderApp(ServiceProvider services) => _services = services;

    private DaprWorkflowClient Client => _services.GetRequiredService<DaprWorkflowClient>();

    public static async Task<OrderApp> Start(IReadOnlyDictionary<string, string?> settings)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddDaprWorkflow(options =>
        {
            options.RegisterWorkflow<OrderSaga>();
            options.RegisterWorkflow<Pack>();
            options.RegisterActivity<Reserve>();
            options.RegisterActivity<Square>();
            options.RegisterActivity<Break>();
        });
        var app = new OrderApp(services.BuildServiceProvider());
        foreach (var hosted in app._services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return app;
    }

    public Task<string> Order(string id) => Client.ScheduleNewWorkflowAsync(nameof(OrderSaga), id, new OrderInput("lamp"));

    public async Task UntilItWaits(string id)
    {
        while ((await Client.GetWorkflowStateAsync(id))?.ReadCustomStatusAs<string>() != "waiting for approval")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    public async Task<string?> Approve(string id)
    {
        await Client.RaiseEventAsync(id, "approved", true);
        var state = await Client.WaitForWorkflowCompletionAsync(id);
        return $"{state.RuntimeStatus} {state.ReadOutputAs<OrderResult>()}";
    }

    public async Task<IEnumerable<(WorkflowHistoryEventType Type, int Id)>> History(string id) =>
        (await Client.GetInstanceHistoryAsync(id)).Select(happened => (happened.EventType, happened.EventId));

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }
}
