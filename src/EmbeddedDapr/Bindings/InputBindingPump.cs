using EmbeddedDapr.Resiliency;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Bindings;

/// <summary>
/// Feeds one app from its input bindings: asks the app which ones it wants, starts each on its own (one whose source is away holds up no other, and is tried
/// again), and hands events over in a bounded number (contract sections 5.1, 5.2). Started and disposed once; the components themselves belong to the sidecar.
/// </summary>
public sealed partial class InputBindingPump : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly InputBindingPumpOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<Reader> _readers = [];
    private readonly List<Task> _running = [];
    private int _disposed;

    /// <summary>Makes a pump for the input bindings of a sidecar.</summary>
    public InputBindingPump(Sidecar sidecar, InputBindingPumpOptions? options = null)
    {
        _options = options ?? new InputBindingPumpOptions();
        _time = sidecar.Time;
        _logger = sidecar.Loggers.CreateLogger<InputBindingPump>();
        if (sidecar.App is { } app) // without an app they are loaded but not read
        {
            _readers.AddRange(sidecar.Components.InputBindings.Values.Select(binding =>
                new Reader(binding, app, _options, _time, sidecar.Resiliency.ForInput(binding.Spec.Name, ComponentKind.Binding), sidecar.Tracer, sidecar.Metrics, _logger)));
        }
    }

    /// <summary>What each binding is doing.</summary>
    public IReadOnlyList<InputBindingStatus> Status => [.. _readers.Select(reader => reader.Status)];

    /// <summary>
    /// Completes once each binding reads, is not wanted, or failed its first start; what failed is tried again in the background until the pump is disposed.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var reader in _readers)
        {
            _running.Add(RunAsync(reader, _stop.Token));
        }

        await Task.WhenAll(_readers.Select(reader => reader.FirstAttemptAsync(cancellationToken)));
    }

    /// <summary>Stops reading, waits for events at the app within <see cref="InputBindingPumpOptions.DrainTimeout"/>, then aborts them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        await Task.WhenAll(_readers.Select(reader => reader.DrainAsync()));
        _readers.ForEach(reader => reader.Dispose());
        _stop.Dispose();
    }

    private async Task RunAsync(Reader reader, CancellationToken cancellationToken)
    {
        var delay = _options.StartRetryDelay;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await reader.StartAsync(cancellationToken);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.StartFailed(_logger, e, reader.Name, delay);
            }
            finally
            {
                reader.FirstAttemptDone();
            }

            try
            {
                await Task.Delay(delay, _time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            delay = Longer(delay, _options.StartRetryDelayMax);
        }
    }

    private static TimeSpan Longer(TimeSpan delay, TimeSpan max) => delay * 2 < max ? delay * 2 : max;

    private static partial class Log
    {
        [LoggerMessage(2200, LogLevel.Information, "Input binding {Name} reads and calls {Route}.")]
        public static partial void Reading(ILogger logger, string name, string route);

        [LoggerMessage(2201, LogLevel.Information, "Input binding {Name} is not read: {Why}.")]
        public static partial void NotWanted(ILogger logger, string name, string why);

        [LoggerMessage(2202, LogLevel.Warning, "Input binding {Name} could not be started; it is tried again in {Delay}.")]
        public static partial void StartFailed(ILogger logger, Exception exception, string name, TimeSpan delay);

        [LoggerMessage(2203, LogLevel.Warning, "An event of input binding {Name} failed: fails to send binding event to http app channel, status code: {Status} body: {Body}")]
        public static partial void Answered(ILogger logger, string name, int status, string body);

        [LoggerMessage(2204, LogLevel.Warning, "An event of input binding {Name} failed: the app did not answer.")]
        public static partial void Unreachable(ILogger logger, Exception exception, string name);
    }
}
