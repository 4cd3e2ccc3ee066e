using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Tests.Shared;

/// <summary>Ports for programs that a test starts and that cannot choose one themselves.</summary>
internal static class Ports
{
    // Below what systems give to outgoing connections (32768 and up on Linux): of those, one could take the port before the program that it is meant for.
    private const int First = 20_000;
    private const int End = 32_000;

    /// <summary>A port of loopback that nobody listens on at this moment.</summary>
    public static int Free()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No free port from {First} to {End}.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
