using EmbeddedDapr.Apps;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Runtime;

/// <content>Health checks of the app (contract section 1.4).</content>
public sealed partial class Sidecar
{
    private Task _watching = Task.CompletedTask;

    /// <summary>Null: the app is not checked, and counts as healthy.</summary>
    internal AppHealth? Health { get; init; }

    internal Func<CancellationToken, ValueTask<bool>>? Probe { get; init; }

    /// <summary>Probes until the sidecar stops; each change connects the app or disconnects it, one after the other.</summary>
    private async Task WatchAsync(AppHealth health, Func<CancellationToken, ValueTask<bool>> probe, AppHealthOptions options, CancellationToken stopping)
    {
        var logger = Loggers.CreateLogger<Sidecar>();
        using var timer = new PeriodicTimer(options.ProbeInterval, Time);
        var changing = Task.CompletedTask;
        var wellness = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            do
            {
                switch (health.Probed(await ProbeAsync(probe, options.ProbeTimeout, stopping)))
                {
                    case AppHealthChange.BecameHealthy:
                        Log.Healthy(logger, Options.AppId);
                        wellness.Dispose();
                        wellness = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                        changing = AfterAsync(changing, logger, ConnectAsync, wellness.Token);
                        break;
                    case AppHealthChange.BecameUnhealthy:
                        Log.Unhealthy(logger, Options.AppId, options.Threshold);
                        await wellness.CancelAsync();
                        changing = AfterAsync(changing, logger, _ => DisconnectAsync(), stopping);
                        break;
                    case AppHealthChange.None:
                        break;
                }
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The sidecar stops.
        }

        await changing;
        wellness.Dispose();
    }

    private async ValueTask<bool> ProbeAsync(Func<CancellationToken, ValueTask<bool>> probe, TimeSpan timeout, CancellationToken stopping)
    {
        var start = Metrics?.Start() ?? 0;
        var succeeded = await ProbeOnceAsync(probe, timeout, stopping);
        Metrics?.AppProbed(succeeded, start);
        return succeeded;
    }

    private async ValueTask<bool> ProbeOnceAsync(Func<CancellationToken, ValueTask<bool>> probe, TimeSpan timeout, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(timeout, Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            return await probe(both.Token);
        }
        catch (AppUnreachableException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async Task AfterAsync(Task before, ILogger logger, Func<CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        await before;
        try
        {
            await change(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The app fell ill meanwhile, or the sidecar stops.
        }
        catch (Exception exception)
        {
            // The watch goes on: the next change of the app's health tries again.
            Log.ChangeFailed(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1121, LogLevel.Information, "App {AppId} entered healthy status")]
        public static partial void Healthy(ILogger logger, string appId);

        [LoggerMessage(1122, LogLevel.Warning, "App {AppId} entered un-healthy status: {Failures} health checks failed in a row; its subscriptions, bindings and actors wait")]
        public static partial void Unhealthy(ILogger logger, string appId, int failures);

        [LoggerMessage(1123, LogLevel.Error, "What follows from the app's health could not be done")]
        public static partial void ChangeFailed(ILogger logger, Exception exception);
    }
}
