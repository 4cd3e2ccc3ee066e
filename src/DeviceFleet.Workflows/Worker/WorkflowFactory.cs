using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Workflows.Worker;

internal static class WorkflowFactory
{
    public static Func<IServiceProvider, IWorkflow> Of<TWorkflow>()
        where TWorkflow : class, IWorkflow
    {
        ObjectFactory<TWorkflow>? create = null;
        return services => services.GetService<TWorkflow>() ?? (create ??= ActivatorUtilities.CreateFactory<TWorkflow>([]))(services, null);
    }
}
