using System.Threading.Channels;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Identities;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Credentials;

/// <summary>
/// Tells identities that their devices connected, behind the CONNACK's back: a first use writes, and what waits for it is told. What is not told because the process ends, or an identity
/// cannot be reached for long, is told when the device connects again.
/// </summary>
internal sealed partial class ConnectionNotices(
    IdentityActors identities, IOptions<CredentialOptions> options, CredentialMetrics metrics, TimeProvider time, ILogger<ConnectionNotices> logger) : BackgroundService
{
    private const int Tellers = 8;
    private const int Attempts = 10;
    private const string Broker = "broker";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<Notice> _notices = Channel.CreateBounded<Notice>(
        new BoundedChannelOptions(options.Value.NoticesWaitingMax) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Ends when it is taken, not when it is told.</summary>
    public ValueTask TellAsync(DeviceId device, string credentialId, CancellationToken cancellationToken)
    {
        var notice = new Notice(device, new IdentityChange { Action = IdentityAction.Connected, CredentialId = credentialId, By = Broker, At = time.GetUtcNow().ToUnixTimeMilliseconds() });
        return _notices.Writer.WriteAsync(notice, cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _notices.Writer.TryComplete(); // what was taken is told before the service ends
        return base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, Tellers).Select(_ => TellAllAsync(stoppingToken)));

    private async Task TellAllAsync(CancellationToken stoppingToken)
    {
        await foreach (var notice in _notices.Reader.ReadAllAsync(CancellationToken.None))
        {
            await TellAsync(notice, stoppingToken);
        }
    }

    private async Task TellAsync(Notice notice, CancellationToken stoppingToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await identities.ApplyAsync(notice.Device, notice.Change, CancellationToken.None);
                return;
            }
            catch (Exception exception)
            {
                if (attempt == Attempts || stoppingToken.IsCancellationRequested)
                {
                    metrics.CountNotTold();
                    Log.NotTold(logger, exception, notice.Device);
                    return;
                }
            }

            await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed record Notice(DeviceId Device, IdentityChange Change);

    private static partial class Log
    {
        [LoggerMessage(1100, LogLevel.Warning, "Identity {Device} was not told that its device connected; its next connection will tell.")]
        public static partial void NotTold(ILogger logger, Exception exception, DeviceId device);
    }
}
