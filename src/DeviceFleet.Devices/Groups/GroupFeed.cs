using System.Threading.Channels;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.ServiceDefaults.Publishing;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Groups;

/// <summary>
/// Brings groups what is new of their members and of the groups below. It keeps the newest of each, and at most once an interval calls each group that has news, once; what
/// the group answers goes the same way to the group above, and as an event to whoever listens. Nothing here is durable: a group asks for what it misses. Thread-safe.
/// </summary>
internal sealed partial class GroupFeed(
    GroupActors groups, EventPublisher<GroupEvent> events, IOptions<GroupOptions> options, GroupMetrics metrics, TimeProvider time, ILogger<GroupFeed> logger) : BackgroundService
{
    /// <summary>Groups whose last event is remembered; beyond it all are forgotten, and some tell once more what was told.</summary>
    private const int ToldMax = 10_000;

    private readonly GroupOptions _options = options.Value;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Lock _gate = new();
    private readonly Dictionary<GroupPath, long> _told = [];
    private Dictionary<GroupPath, GroupNews> _news = [];
    private int _waiting;

    /// <summary>A device looks like this now.</summary>
    public void Offer(GroupPath group, MemberObservation seen) => Put(group, news => news.Put(seen));

    /// <summary>A device looks like this now, where it is in a group.</summary>
    public void Offer(DeviceView view)
    {
        if (view.Group is { } group)
        {
            Offer(group, view.Observed());
        }
    }

    /// <summary>Something changed in the group itself.</summary>
    public void Offer(GroupPath group) => Put(group, static _ => 0);

    /// <summary>A group looks like this now: for the group above.</summary>
    public void Offer(GroupView view)
    {
        if (view.Path.Parent is { } above)
        {
            Put(above, news => news.Put(new ChildObservation(view.Path, view.Revision, view.Rollup)));
        }
    }

    /// <summary>Brings what waits, one call a group.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Dictionary<GroupPath, GroupNews> news;
        lock (_gate)
        {
            (news, _news, _waiting) = (_news, [], 0);
        }

        var views = new List<GroupView>();
        var calls = new ParallelOptions { MaxDegreeOfParallelism = _options.CallsMax, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(news, calls, async (entry, token) =>
        {
            if (await BringAsync(entry.Key, entry.Value, token) is { } view)
            {
                lock (views)
                {
                    views.Add(view);
                }
            }
        });
        await TellAsync(views);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _signal.Reader.WaitToReadAsync(stoppingToken))
        {
            _signal.Reader.TryRead(out _);
            await FlushAsync(stoppingToken);
            await Task.Delay(_options.Interval, time, stoppingToken);
        }
    }

    private void Put(GroupPath group, Func<GroupNews, int> put)
    {
        lock (_gate)
        {
            if (_waiting >= _options.WaitingMax)
            {
                metrics.CountDropped();
                return;
            }

            if (!_news.TryGetValue(group, out var news))
            {
                _news[group] = news = new GroupNews();
                _waiting++;
            }

            _waiting += put(news);
        }

        _signal.Writer.TryWrite(true);
    }

    private async Task<GroupView?> BringAsync(GroupPath group, GroupNews news, CancellationToken cancellationToken)
    {
        try
        {
            GroupView? view = null;
            foreach (var observations in news.ToCalls())
            {
                view = await groups.ObserveAsync(group, observations, cancellationToken);
            }

            return view;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The loop must go on. What it could not bring, the group asks for.
            Log.NotBrought(logger, exception, news.Count, group);
            metrics.CountDropped();
            return null;
        }
    }

    private async Task TellAsync(List<GroupView> views)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var changed = new List<GroupEvent>();
        foreach (var view in views)
        {
            if (_told.GetValueOrDefault(view.Path) >= view.Revision)
            {
                continue;
            }

            if (_told.Count >= ToldMax)
            {
                _told.Clear();
            }

            _told[view.Path] = view.Revision;
            Offer(view);
            changed.Add(new GroupEvent { Group = view, At = now });
        }

        try
        {
            await events.PublishAsync(changed, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // Broadcast only: the next change tells all that this one told.
            Log.NotTold(logger, exception, changed.Count);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(400, LogLevel.Warning, "{Count} news did not reach group {Group}; it will ask for them.")]
        public static partial void NotBrought(ILogger logger, Exception exception, int count, GroupPath group);

        [LoggerMessage(401, LogLevel.Warning, "The events of {Count} groups were not published.")]
        public static partial void NotTold(ILogger logger, Exception exception, int count);
    }
}
