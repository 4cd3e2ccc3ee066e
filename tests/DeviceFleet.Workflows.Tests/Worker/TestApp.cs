using DeviceFleet.Workflows.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Worker;

/// <summary>An app with a worker, over a sidecar of the test.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public TestApp(Action<WorkflowRuntimeOptions> configure, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<TimeProvider>(Time);
        more?.Invoke(services);
        services.AddDaprWorkflow(configure);
        services.Replace(ServiceDescriptor.Singleton(new Sidecar(Hub)));
        _services = services.BuildServiceProvider();
        Worker = _services.GetServices<IHostedService>().Single();
    }

    public FakeHub Hub { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public IHostedService Worker { get; }

    public IDaprWorkflowClient Client => _services.GetRequiredService<IDaprWorkflowClient>();

    public static WorkItem Activity(string name, string? input = null, int taskId = 0, string token = "token", string executionId = "key") => new()
    {
        CompletionToken = token,
        ActivityRequest = new ActivityRequest
        {
            Name = name,
            Input = input,
            TaskId = taskId,
            TaskExecutionId = executionId,
            WorkflowInstance = new WorkflowInstance { InstanceId = "i" },
        },
    };

    public async Task<FakeHub.Stream> Start()
    {
        await Worker.StartAsync(CancellationToken.None);
        return await Hub.NextStream();
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.StopAsync(new CancellationToken(canceled: true));
        await _services.DisposeAsync();
    }
}
