using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DeviceFleet.Workflows.Tests.EndToEnd;

/// <summary>An app with worker and client at a sidecar that runs.</summary>
internal sealed class WorkflowApp : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private WorkflowApp(ServiceProvider services) => _services = services;

    public IDaprWorkflowClient Client => _services.GetRequiredService<IDaprWorkflowClient>();

    private IHostedService Worker => _services.GetServices<IHostedService>().Single();

    public static async Task<WorkflowApp> Start(Uri sidecar, Action<WorkflowRuntimeOptions> configure)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddDaprWorkflow(options =>
        {
            options.GrpcEndpoint = sidecar;
            options.ReconnectDelay = TimeSpan.FromMilliseconds(20);
            options.ReconnectDelayMax = TimeSpan.FromMilliseconds(200);
            configure(options);
        });
        var app = new WorkflowApp(services.BuildServiceProvider());
        await app.Worker.StartAsync(CancellationToken.None);
        return app;
    }

    /// <summary>Waits for the end of an instance.</summary>
    public async Task<WorkflowState> Finish(string id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        return await Client.WaitForWorkflowCompletionAsync(id, cancellation: patience.Token);
    }

    /// <summary>Starts an instance and waits for its end.</summary>
    public async Task<WorkflowState> Run(string name, object? input = null, string? id = null) => await Finish(await Client.ScheduleNewWorkflowAsync(name, id, input));

    /// <summary>Asks again and again until the state is as wanted.</summary>
    public async Task<WorkflowState> Until(string id, Func<WorkflowState, bool> wanted, Action? meanwhile = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            var state = (await Client.GetWorkflowStateAsync(id, cancellation: patience.Token))!;
            if (wanted(state))
            {
                return state;
            }

            meanwhile?.Invoke();
            await Task.Delay(5, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Worker.StopAsync(patience.Token);
        await _services.DisposeAsync();
    }
}
