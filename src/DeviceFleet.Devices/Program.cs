namespace DeviceFleet.Devices;

internal static class Program
{
    private static async Task Main(string[] args) => await DevicesService.Build(args).RunAsync();
}
