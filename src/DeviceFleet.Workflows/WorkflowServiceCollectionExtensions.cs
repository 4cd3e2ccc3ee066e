using DeviceFleet.Workflows.Registration;
using DeviceFleet.Workflows.Serialization;
using DeviceFleet.Workflows.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace DeviceFleet.Workflows;

/// <summary>Registers worker and client.</summary>
public static partial class WorkflowServiceCollectionExtensions
{
    /// <summary>Registers the client. Without workflows and activities no work items are taken.</summary>
    public static IServiceCollection AddDaprWorkflow(this IServiceCollection services) => services.AddDaprWorkflow(_ => { });

    /// <summary>Registers the client, and a worker for what <paramref name="configure"/> registers. May be called several times; they add up.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Workflows, activities and bounds.</param>
    /// <param name="lifetime">Of the client. All of them share one connection.</param>
    public static IServiceCollection AddDaprWorkflow(
        this IServiceCollection services,
        Action<WorkflowRuntimeOptions> configure,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        services.AddDaprWorkflowBuilder(configure, null, lifetime);
        return services;
    }

    /// <summary>As <see cref="AddDaprWorkflow(IServiceCollection, Action{WorkflowRuntimeOptions}, ServiceLifetime)"/>, with more to say about serializer and client.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configureRuntime">Workflows, activities and bounds.</param>
    /// <param name="configureClient">The client's own address, token or serializer; null: those of the worker, and its connection.</param>
    /// <param name="lifetime">Of the client.</param>
    public static DaprWorkflowBuilder AddDaprWorkflowBuilder(
        this IServiceCollection services,
        Action<WorkflowRuntimeOptions> configureRuntime,
        Action<IServiceProvider, DaprWorkflowClientBuilder>? configureClient = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configureRuntime);
        var options = services.Select(service => service.ImplementationInstance).OfType<WorkflowRuntimeOptions>().FirstOrDefault() ?? new WorkflowRuntimeOptions();
        configureRuntime(options);
        services.TryAddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IWorkflowSerializer>(new JsonWorkflowSerializer());
        services.TryAddSingleton(Connect);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WorkflowWorker>());
        services.TryAdd(new ServiceDescriptor(typeof(DaprWorkflowClient), provider => Client(provider, configureClient), lifetime));
        services.TryAdd(new ServiceDescriptor(typeof(IDaprWorkflowClient), provider => provider.GetRequiredService<DaprWorkflowClient>(), lifetime));
        return new DaprWorkflowBuilder(services);
    }

    private static Sidecar Connect(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<WorkflowRuntimeOptions>();
        var configuration = provider.GetService<IConfiguration>();
        return new Sidecar(options.GrpcEndpoint ?? SidecarAddress.Find(configuration), SidecarAddress.Token(configuration), options.GrpcChannelOptions);
    }

    private static DaprWorkflowClient Client(IServiceProvider provider, Action<IServiceProvider, DaprWorkflowClientBuilder>? configure)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        var serializer = provider.GetRequiredService<IWorkflowSerializer>();
        if (configure is null)
        {
            return new DaprWorkflowClient(provider.GetRequiredService<Sidecar>(), ownsSidecar: false, serializer, time);
        }

        var builder = new DaprWorkflowClientBuilder(provider.GetService<IConfiguration>()) { Services = provider, Time = time }.UseSerializer(serializer);
        configure(provider, builder);
        return builder.Build();
    }
}
