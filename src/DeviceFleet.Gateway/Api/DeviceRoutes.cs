using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Fleet;

namespace DeviceFleet.Gateway.Api;

/// <summary>A device named in a route.</summary>
internal static class DeviceRoutes
{
    /// <summary>Reads the name of a device that is known.</summary>
    public static bool TryFind(this FleetModel model, string id, out DeviceId device) => DeviceId.TryParse(id, out device) && model.Knows(device);
}
