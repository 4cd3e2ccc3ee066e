namespace DeviceFleet.Provisioning;

internal static class Program
{
    private static async Task Main(string[] args) => await ProvisioningService.Build(args).RunAsync();
}
