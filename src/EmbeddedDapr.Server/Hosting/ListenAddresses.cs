using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace EmbeddedDapr.Server.Hosting;

/// <summary>Which of several addresses can be listened on.</summary>
internal static class ListenAddresses
{
    /// <summary>
    /// The addresses that a port can be bound on, in order. As daprd, one that cannot is passed over as long as another can: <c>[::],127.0.0.1</c> is a usual list, whose first entry
    /// holds the second where the machine has IPv6, and fails where it has not. All of them when none can, so that the server tells why.
    /// </summary>
    public static IReadOnlyList<IPAddress> Usable(IReadOnlyList<IPAddress> addresses, int port)
    {
        if (addresses.Count < 2)
        {
            return addresses;
        }

        List<IPAddress> usable = [];
        List<Socket> sockets = [];
        try
        {
            foreach (var address in addresses)
            {
                try
                {
                    sockets.Add(SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(address, port)));
                    usable.Add(address);
                }
                catch (SocketException)
                {
                    // Not an address of this machine, or taken by one before it.
                }
            }
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        return usable.Count > 0 ? usable : addresses;
    }
}
