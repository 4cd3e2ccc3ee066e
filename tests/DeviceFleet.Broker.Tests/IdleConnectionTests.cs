using System.Net.Sockets;
using System.Text;
using DeviceFleet.Broker.Downward;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using static DeviceFleet.Broker.Tests.BrokerUnderTest;
using static DeviceFleet.Broker.Tests.ClientSignals;

namespace DeviceFleet.Broker.Tests;

public sealed class IdleConnectionTests
{
    private const int Idle = 2_000;

    /// <summary>
    /// MQTTnet walks every session that has a subscription, and asks these events, for each message that it dispatches itself. That it never does is what makes a publish independent of the
    /// number of connections; the rate is measured in the benchmarks.
    /// </summary>
    [Fact]
    public async Task Two_thousand_subscribed_idle_connections_are_not_touched_by_a_publish()
    {
        await using var test = await StartAsync();
        var touched = 0;
        Task Touched()
        {
            Interlocked.Increment(ref touched);
            return Task.CompletedTask;
        }

        test.Broker.Server.InterceptingClientEnqueueAsync += _ => Touched();
        test.Broker.Server.ApplicationMessageNotConsumedAsync += _ => Touched();
        test.Broker.Server.ClientSubscribedTopicAsync += _ => Touched();
        var sockets = new List<Socket>(Idle);
        try
        {
            for (var i = 0; i < Idle; i++)
            {
                sockets.Add(await ConnectIdleAsync(test, $"idle-{i}"));
            }

            var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V311);
            var received = client.Received();
            await client.SubscribeAsync("fleet/pump-1/commands/+", MqttQualityOfServiceLevel.AtLeastOnce);

            for (var i = 0; i < 200; i++)
            {
                await client.PublishAsync(Message("fleet/pump-1/telemetry", "1")).WaitAsync(Patience);
                Assert.Equal(DownwardOutcome.Enqueued, test.Broker.SendToDevice($"fleet/pump-1/commands/c{i}", "{}"u8.ToArray(), retain: false));
                await received.NextAsync();
            }

            Assert.Equal(0, touched);
            Assert.Equal((Idle + 1, 200, 200), (test.Broker.Counters.Connections, test.Broker.Counters.UpwardAccepted, test.Broker.Counters.DownwardEnqueued));
            Assert.All(sockets, socket => Assert.Equal(0, socket.Available));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    /// <summary>CONNECT and SUBSCRIBE (MQTT 3.1.1) by hand: a client object for each would cost more than the test needs.</summary>
    private static async Task<Socket> ConnectIdleAsync(BrokerUnderTest test, string id)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", test.Broker.Port);
        byte[] connect = [.. Text("MQTT"), 4, 0b1100_0010, 0, 0, .. Text(id), .. Text(id), .. Text(PasswordOf(id))];
        await socket.SendAsync((byte[])[0x10, (byte)connect.Length, .. connect]);
        await ReceiveAsync(socket, [0x20, 2, 0, 0]);
        byte[] subscribe = [0, 1, .. Text($"fleet/{id}/commands/+"), 1];
        await socket.SendAsync((byte[])[0x82, (byte)subscribe.Length, .. subscribe]);
        await ReceiveAsync(socket, [0x90, 3, 0, 1, 1]);
        return socket;
    }

    private static byte[] Text(string text) => [0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static async Task ReceiveAsync(Socket socket, byte[] expected)
    {
        var buffer = new byte[expected.Length];
        for (var read = 0; read < buffer.Length;)
        {
            var more = await socket.ReceiveAsync(buffer.AsMemory(read)).AsTask().WaitAsync(Patience);
            Assert.NotEqual(0, more);
            read += more;
        }

        Assert.Equal(expected, buffer);
    }
}
