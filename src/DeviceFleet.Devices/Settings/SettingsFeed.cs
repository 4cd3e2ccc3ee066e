using System.Threading.Channels;
using Dapr.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Settings;

/// <summary>
/// Keeps <see cref="Book"/> in step with the configuration store, without a restart.
/// <list type="number">
/// <item>Load what was in force when the service ran last.</item>
/// <item>Read all settings whenever the subscription says that some changed, when it was opened anew, and now and then without a reason.</item>
/// <item>Save what is in force then, and only after that put it in force.</item>
/// </list>
/// A change only says that there is one: all is read again, so that a lost or late notice does no harm. Many notices at once are one.
/// </summary>
internal sealed partial class SettingsFeed(DaprClient dapr, SettingsStore store, IOptions<SettingsOptions> options, TimeProvider time, ILogger<SettingsFeed> logger) : BackgroundService
{
    private static readonly TimeSpan FirstRetryAfter = TimeSpan.FromSeconds(1);

    private readonly SettingsOptions _options = options.Value;
    private readonly Channel<bool> _notices = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private volatile SettingsBook _book = SettingsBook.Unknown;
    private volatile TaskCompletionSource _swapped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is in force now.</summary>
    public SettingsBook Book => _book;

    /// <summary>What is in force, as soon as that is known: at the service's start a turn has to wait for it, or every alarm would lose its rule.</summary>
    /// <exception cref="TimeoutException">It is not known after <see cref="SettingsOptions.LoadTimeout"/>.</exception>
    public ValueTask<SettingsBook> LoadedAsync()
    {
        var book = _book;
        return book.IsLoaded ? ValueTask.FromResult(book) : new ValueTask<SettingsBook>(UntilAsync(loading => loading.IsLoaded).WaitAsync(_options.LoadTimeout, time));
    }

    /// <summary>The first book, from now on, that fits.</summary>
    public async Task<SettingsBook> UntilAsync(Func<SettingsBook, bool> fits)
    {
        while (true)
        {
            // Before the look: a swap in between ends the wait at once.
            var swapped = _swapped;
            var book = _book;
            if (fits(book))
            {
                return book;
            }

            await swapped.Task;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await RetryAsync(LoadAsync, stoppingToken);
        await Task.WhenAll(SubscribeAsync(stoppingToken), PollAsync(stoppingToken), FollowAsync(stoppingToken));
    }

    private async Task LoadAsync(CancellationToken cancellationToken) => Swap(SettingsBook.Of(await store.LoadAsync(cancellationToken)));

    private async Task SubscribeAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await RetryAsync(ReadNoticesAsync, stoppingToken);
        }
    }

    /// <summary>Ends in good order when the runtime ends the stream; then the next one is opened at once. When there is no runtime to open it, that is a fault.</summary>
    private async Task ReadNoticesAsync(CancellationToken cancellationToken)
    {
        var changes = await dapr.SubscribeConfiguration(DaprNames.ConfigurationStore, [], cancellationToken: cancellationToken);

        // The first message brings the subscription's id: from then on nothing is missed, so that is when to read all.
        var hasBegun = false;
        await foreach (var _ in changes.Source.WithCancellation(cancellationToken))
        {
            _notices.Writer.TryWrite(true);
            hasBegun = true;
        }

        if (!hasBegun)
        {
            throw new InvalidOperationException("The subscription ended before it began.");
        }
    }

    private async Task PollAsync(CancellationToken stoppingToken)
    {
        _notices.Writer.TryWrite(true);
        using var timer = new PeriodicTimer(_options.PollEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            _notices.Writer.TryWrite(true);
        }
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in _notices.Reader.ReadAllAsync(stoppingToken))
        {
            await RetryAsync(ReadAllAsync, stoppingToken);
        }
    }

    private async Task ReadAllAsync(CancellationToken cancellationToken)
    {
        var read = await dapr.GetConfiguration(DaprNames.ConfigurationStore, [], cancellationToken: cancellationToken);
        var values = read.Items.Where(item => item.Value.Value.Length > 0).ToDictionary(item => item.Key, item => item.Value.Value);
        var before = _book;
        var next = before.With(values, time.GetUtcNow().ToUnixTimeMilliseconds());
        if (ReferenceEquals(next, before))
        {
            return;
        }

        if (!ReferenceEquals(next.Accepted, before.Accepted))
        {
            await store.SaveAsync(next.Accepted, cancellationToken);
            Log.InForce(logger, next.Accepted.Revision, next.Accepted.Rules.Count, next.Accepted.Types.Count);
        }

        foreach (var refused in next.Refused.Except(before.Refused))
        {
            Tell(refused);
        }

        Swap(next);
    }

    private void Tell(RefusedSetting refused) => Log.Refused(logger, refused.Key, string.Join(" ", refused.Faults));

    private void Swap(SettingsBook next)
    {
        _book = next;
        var swapped = _swapped;
        _swapped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        swapped.SetResult();
    }

    /// <summary>Tries until it succeeds or the service stops.</summary>
    private async Task RetryAsync(Func<CancellationToken, Task> attempt, CancellationToken stoppingToken)
    {
        for (var after = FirstRetryAfter; ; after = after * 2 < _options.RetryAfterMax ? after * 2 : _options.RetryAfterMax)
        {
            try
            {
                await attempt(stoppingToken);
                return;
            }
            catch (Exception exception) when (stoppingToken.IsCancellationRequested)
            {
                // The SDK says in its own way that a call was given up; to a host that stops, anything else than this is a fault.
                throw new OperationCanceledException("The service stops.", exception, stoppingToken);
            }
            catch (Exception exception)
            {
                Log.Failed(logger, exception, after);
                await Task.Delay(after, time, stoppingToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(800, LogLevel.Information, "Settings of revision {Revision} are in force: {Rules} rules, {Types} types.")]
        public static partial void InForce(ILogger logger, long revision, int rules, int types);

        [LoggerMessage(801, LogLevel.Warning, "Setting {Key} is refused, what was in force under it stays: {Faults}")]
        public static partial void Refused(ILogger logger, string key, string faults);

        [LoggerMessage(802, LogLevel.Warning, "Settings could not be read; trying again after {After}.")]
        public static partial void Failed(ILogger logger, Exception exception, TimeSpan after);
    }
}
