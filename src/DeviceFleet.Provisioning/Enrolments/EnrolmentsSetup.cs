namespace DeviceFleet.Provisioning.Enrolments;

internal static class EnrolmentsSetup
{
    public static IHostApplicationBuilder AddEnrolments(this IHostApplicationBuilder builder) => builder;
}
