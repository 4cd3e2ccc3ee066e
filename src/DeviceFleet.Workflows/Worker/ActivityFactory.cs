using DeviceFleet.Workflows.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Workflows.Worker;

internal static class ActivityFactory
{
    public static Func<IServiceProvider, IWorkflowActivity> Of<TActivity>()
        where TActivity : class, IWorkflowActivity
    {
        ObjectFactory<TActivity>? create = null;
        return services => services.GetService<TActivity>() ?? (create ??= ActivatorUtilities.CreateFactory<TActivity>([]))(services, null);
    }
}
