using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Sagas;

internal static class SagasSetup
{
    public static IHostApplicationBuilder AddSagas(this IHostApplicationBuilder builder)
    {
        builder.Services.AddDaprWorkflow(_ => { });
        builder.Services.AddSingleton<ISagas, WorkflowSagas>();
        return builder;
    }
}
