namespace DeviceFleet.Gateway;

internal static class Program
{
    private static async Task Main(string[] args) => await GatewayService.Build(args).RunAsync();
}
