using System.Net;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Broker;

/// <summary>What a <see cref="FleetBroker"/> is told at start. Every bound has a value; none means "unlimited".</summary>
public sealed record BrokerOptions
{
    /// <summary>TCP port, 0 to 65535; 0 (default): one that is free, told by <see cref="FleetBroker.Port"/>.</summary>
    public int Port { get; init; }

    /// <summary>Address to listen on; loopback by default.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>
    /// Password of the account <see cref="BrokerAccounts.Runtime"/>, at least 16 characters; null (default): there is no such account.
    /// </summary>
    public string? RuntimePassword { get; init; }

    /// <summary>Most connections at one time, 1 or more, 50,000 by default. One more is closed before it is read.</summary>
    public int ConnectionsMax { get; init; } = 50_000;

    /// <summary>
    /// Most connections of claims among them (devices that ask to be let in and show nothing before), 0 or more, 2,000 by default. One more is told to come again, and counted as refused.
    /// </summary>
    public int ClaimConnectionsMax { get; init; } = 2_000;

    /// <summary>How long a claim's connection may be without a message in either direction, 5 minutes by default; then it is cut.</summary>
    public TimeSpan ClaimIdleMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the answer to whether a device is who it says may take, 10 s by default; then the device is told to come again.</summary>
    public TimeSpan AuthorityTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a session that is cut may take to end by itself, for the message that is being handled, 500 ms by default; then its socket is torn down.</summary>
    public TimeSpan CutTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Largest payload in bytes, <see cref="MqttTopics.PayloadBytesMax"/> by default.</summary>
    public int PayloadBytesMax { get; init; } = MqttTopics.PayloadBytesMax;

    /// <summary>
    /// What topic and properties may add to a payload in one packet, in bytes, 4 KiB by default. A packet that announces more than both is refused before
    /// it is read into memory, and the connection with it.
    /// </summary>
    public int PacketOverheadBytesMax { get; init; } = 4 * 1024;

    /// <summary>How long a new connection may take to say CONNECT, 10 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Longest keep-alive, 1 s to 18 h, 20 minutes by default; one that is longer, or none, counts as this. A connection that is silent for one and a half
    /// times its keep-alive is cut.
    /// </summary>
    public TimeSpan KeepAliveMax { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>How often silent connections are looked for, 5 s by default; the only work that grows with idle connections.</summary>
    public TimeSpan KeepAliveCheckInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most messages on their way to one connection (queued or not acknowledged by it), 128 by default. One more is not taken.</summary>
    public int DownwardPerConnectionMax { get; init; } = 128;

    /// <summary>
    /// The same for a client of the runtime's account, 16,384 by default. While it is full upward messages fail, and their devices send them again.
    /// </summary>
    public int RuntimeQueueMax { get; init; } = 16_384;

    /// <summary>Most topic filters of one connection, 64 by default. One more is refused.</summary>
    public int SubscriptionsPerConnectionMax { get; init; } = 64;

    /// <summary>Most devices whose <c>desired</c> is retained, 200,000 by default. One more is not retained.</summary>
    public int RetainedMax { get; init; } = 200_000;

    /// <summary>Most refusals that wait to be told, 1,024 by default. The oldest is dropped for one more, and counted.</summary>
    public int RejectionsQueuedMax { get; init; } = 1_024;

    /// <summary>How often a last will is offered to the handler before it is given up, 5 by default; nobody else would send it again.</summary>
    public int WillAttemptsMax { get; init; } = 5;

    /// <summary>Time between these attempts, 500 ms by default, doubled each time.</summary>
    public TimeSpan WillRetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long messages that are being handled may take at stop, 2 s by default; then their connections are aborted.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(2);

    internal int PacketBytesMax => PayloadBytesMax + PacketOverheadBytesMax;

    /// <exception cref="ArgumentException">A value is out of its range; the message names all that are.</exception>
    internal void Validate()
    {
        var faults = new List<string>();
        void Check(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }

        Check(Port is >= 0 and <= 65535, $"{nameof(Port)} is {Port}, not 0 to 65535");
        Check(RuntimePassword is null or { Length: >= 16 }, $"{nameof(RuntimePassword)} is shorter than 16 characters");
        Check(ConnectionsMax >= 1, $"{nameof(ConnectionsMax)} is {ConnectionsMax}, not 1 or more");
        Check(ClaimConnectionsMax >= 0, $"{nameof(ClaimConnectionsMax)} is negative");
        Check(ClaimIdleMax > TimeSpan.Zero && ClaimIdleMax <= TimeSpan.FromDays(1), $"{nameof(ClaimIdleMax)} is {ClaimIdleMax}, not above 0 to 1 day");
        Check(AuthorityTimeout > TimeSpan.Zero && AuthorityTimeout <= TimeSpan.FromHours(1), $"{nameof(AuthorityTimeout)} is {AuthorityTimeout}, not above 0 to 1 hour");
        Check(CutTimeout > TimeSpan.Zero && CutTimeout <= TimeSpan.FromHours(1), $"{nameof(CutTimeout)} is {CutTimeout}, not above 0 to 1 hour");
        Check(PayloadBytesMax >= 1, $"{nameof(PayloadBytesMax)} is {PayloadBytesMax}, not 1 or more");
        Check(PacketOverheadBytesMax >= 256, $"{nameof(PacketOverheadBytesMax)} is {PacketOverheadBytesMax}, not 256 or more");
        Check(ConnectTimeout > TimeSpan.Zero, $"{nameof(ConnectTimeout)} is not positive");
        Check(KeepAliveMax >= TimeSpan.FromSeconds(1) && KeepAliveMax <= TimeSpan.FromHours(18), $"{nameof(KeepAliveMax)} is {KeepAliveMax}, not 1 s to 18 h");
        Check(KeepAliveCheckInterval > TimeSpan.Zero, $"{nameof(KeepAliveCheckInterval)} is not positive");
        Check(DownwardPerConnectionMax is >= 1 and <= 60_000, $"{nameof(DownwardPerConnectionMax)} is {DownwardPerConnectionMax}, not 1 to 60,000");
        Check(RuntimeQueueMax is >= 1 and <= 60_000, $"{nameof(RuntimeQueueMax)} is {RuntimeQueueMax}, not 1 to 60,000"); // packet ids are 16 bits
        Check(SubscriptionsPerConnectionMax >= 1, $"{nameof(SubscriptionsPerConnectionMax)} is {SubscriptionsPerConnectionMax}, not 1 or more");
        Check(RetainedMax >= 0, $"{nameof(RetainedMax)} is negative");
        Check(RejectionsQueuedMax >= 1, $"{nameof(RejectionsQueuedMax)} is {RejectionsQueuedMax}, not 1 or more");
        Check(WillAttemptsMax >= 1, $"{nameof(WillAttemptsMax)} is {WillAttemptsMax}, not 1 or more");
        Check(WillRetryDelay > TimeSpan.Zero, $"{nameof(WillRetryDelay)} is not positive");
        Check(StopTimeout > TimeSpan.Zero, $"{nameof(StopTimeout)} is not positive");
        if (faults.Count > 0)
        {
            throw new ArgumentException($"Broker options: {string.Join("; ", faults)}.");
        }
    }
}

/// <summary>Accounts that are no devices.</summary>
public static class BrokerAccounts
{
    /// <summary>
    /// User of an ordinary MQTT client that plays the runtime over a socket (<c>bindings.mqtt3</c>): it may subscribe to everything upward and publish
    /// everything downward. Its client ids are its own choice and are kept apart from those of devices.
    /// </summary>
    public const string Runtime = "devicefleet-runtime";
}
