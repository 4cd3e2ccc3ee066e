using System.Net;
using System.Net.Sockets;

namespace Tests.Shared;

/// <summary>Ports for programs that a test starts and that cannot choose one themselves.</summary>
internal static class Ports
{
    /// <summary>A port of loopback that nobody listens on at this moment.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
