using Dapr.Actors.Runtime;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Enrolments;

internal static class EnrolmentsSetup
{
    public static IHostApplicationBuilder AddEnrolments(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EnrolmentServices>();
        builder.Services.Configure<ActorRuntimeOptions>(options => options.Actors.RegisterActor<EnrolmentActor>(EnrolmentActorMethods.ActorType));
        return builder;
    }
}
