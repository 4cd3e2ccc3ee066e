using System.Text;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Diagnostics;
using EmbeddedDapr.Resiliency;
using EmbeddedDapr.Tracing;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Bindings;

public sealed partial class InputBindingPump
{
    /// <summary>One binding and its way into the app.</summary>
    private sealed class Reader(
        Loaded<IInputBinding> binding, IAppChannel app, InputBindingPumpOptions options, TimeProvider time, ResiliencyPolicy? policy, Tracer tracer, SidecarMetrics? metrics, ILogger logger)
        : IDisposable
    {
        private const string ContentType = "application/json"; // always, whatever the payload (contract section 5.2)
        private const int LoggedBodyBytesMax = 512;

        private readonly string _route = BindingRoute.Of(binding.Spec);
        private readonly SemaphoreSlim _slots = new(options.HandoverMax, options.HandoverMax);
        private readonly CancellationTokenSource _abort = new();
        private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile InputBindingState _state = InputBindingState.Starting;
        private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _delivered;
        private long _failed;
        private long _retried;
        private long _inFlight;

        public string Name => binding.Spec.Name;

        public Task FirstAttemptAsync(CancellationToken cancellationToken) => _firstAttempt.Task.WaitAsync(cancellationToken);

        public InputBindingStatus Status => new(
            Name, _state, Interlocked.Read(ref _delivered), Interlocked.Read(ref _failed), Interlocked.Read(ref _retried), Interlocked.Read(ref _inFlight));

        public void FirstAttemptDone() => _firstAttempt.TrySetResult();

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            if (await WhyNotAsync(cancellationToken) is { } why)
            {
                _state = InputBindingState.NotWanted;
                Log.NotWanted(logger, Name, why);
                return;
            }

            await binding.Instance.StartAsync(HandleAsync, cancellationToken);
            _state = InputBindingState.Reading;
            Log.Reading(logger, Name, _route);
        }

        /// <summary>Takes no more events, and waits for those at the app.</summary>
        public async Task DrainAsync()
        {
            _state = InputBindingState.Stopped;
            DrainedIfIdle();
            using var timer = time.CreateTimer(static abort => ((CancellationTokenSource)abort!).Cancel(), _abort, options.DrainTimeout, Timeout.InfiniteTimeSpan);
            await _drained.Task.WaitAsync(CancellationToken.None);
        }

        public void Dispose()
        {
            _abort.Dispose();
            _slots.Dispose();
        }

        private async Task<string?> WhyNotAsync(CancellationToken cancellationToken)
        {
            var direction = BindingDirection.Of(binding.Spec);
            if (direction.IsGiven)
            {
                return direction.MayRead ? null : "its direction does not contain 'input'";
            }

            using var timeout = new CancellationTokenSource(options.ProbeTimeout, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            try
            {
                var answer = await app.SendAsync(new AppRequest { Kind = AppCallKind.BindingProbe, Component = Name, Method = "OPTIONS", Path = _route, ContentType = ContentType }, linked.Token);
                return answer.Status is (>= 200 and <= 299) or 405 ? null : $"the app answered OPTIONS {_route} with {answer.Status}";
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"The app did not answer OPTIONS {_route} within {options.ProbeTimeout}.");
            }
        }

        private async ValueTask<bool> HandleAsync(BindingEvent bindingEvent, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _inFlight);
            var start = metrics?.Start() ?? 0;
            var (entered, taken) = (false, false);
            try
            {
                if (_state == InputBindingState.Stopped) // looked at after counting, so that draining either sees this event or refuses it
                {
                    return false;
                }

                await _slots.WaitAsync(cancellationToken);
                entered = true;
                taken = await DeliverAsync(bindingEvent);
                return taken;
            }
            finally
            {
                Interlocked.Increment(ref taken ? ref _delivered : ref _failed);
                metrics?.InputBinding(Name, taken, start);
                if (entered)
                {
                    _slots.Release();
                }

                Interlocked.Decrement(ref _inFlight);
                DrainedIfIdle();
            }
        }

        private void DrainedIfIdle()
        {
            if (_state == InputBindingState.Stopped && Interlocked.Read(ref _inFlight) == 0)
            {
                _drained.TrySetResult();
            }
        }

        // The source's token is not passed on: a call that has reached the app is finished, or its effect would be there without its acknowledgement.
        private async ValueTask<bool> DeliverAsync(BindingEvent bindingEvent)
        {
            var request = new AppRequest
            {
                Kind = AppCallKind.BindingEvent,
                Component = Name,
                Method = "POST",
                Path = _route,
                ContentType = ContentType,
                Headers = HeadersOf(bindingEvent),
                Body = bindingEvent.Data,
            };
            if (policy is not null)
            {
                return await DeliverAsync(policy, request);
            }

            var delay = options.RetryDelay;
            for (var retry = 0; ; retry++)
            {
                if (await TryAsync(request))
                {
                    return true;
                }

                if (retry >= options.RetriesMax || _state == InputBindingState.Stopped)
                {
                    return false;
                }

                try
                {
                    await Task.Delay(delay, time, _abort.Token);
                }
                catch (OperationCanceledException)
                {
                    return false;
                }

                delay = Longer(delay, options.RetryDelayMax);
                Interlocked.Increment(ref _retried);
            }
        }

        /// <summary>An inbound policy takes the place of the pump's own retries.</summary>
        private async ValueTask<bool> DeliverAsync(ResiliencyPolicy policy, AppRequest request)
        {
            try
            {
                var result = await policy.ExecuteAsync(
                    static (state, token) => state.Self.TryAsync(state.Request, token), static taken => Attempt.Of(taken), (Self: this, Request: request), repeatable: true, _abort.Token);
                return result is { Fault: PolicyFault.None, Value: true };
            }
            catch (OperationCanceledException) when (_abort.IsCancellationRequested)
            {
                return false;
            }
        }

        private ValueTask<bool> TryAsync(AppRequest request) => TryAsync(request, _abort.Token);

        private async ValueTask<bool> TryAsync(AppRequest request, CancellationToken cancellationToken)
        {
            try
            {
                var answer = await app.SendAsync(request, cancellationToken);

                // Under a retry policy daprd counts only 200 as success, and never acknowledges what was answered otherwise (recorded: binding-inbound-retry-204).
                if (answer.Status == 200 || (options.RetriesMax == 0 && policy is null && answer.Status is >= 200 and <= 299))
                {
                    return true;
                }

                if (logger.IsEnabled(LogLevel.Warning))
                {
                    var body = answer.Body.Span[..Math.Min(answer.Body.Length, LoggedBodyBytesMax)];
                    Log.Answered(logger, Name, answer.Status, Encoding.UTF8.GetString(body));
                }

                return false;
            }
            catch (AppUnreachableException e)
            {
                Log.Unreachable(logger, e, Name);
                return false;
            }
            catch (OperationCanceledException) when (_abort.IsCancellationRequested)
            {
                return false;
            }
        }

        private List<KeyValuePair<string, string>> HeadersOf(BindingEvent bindingEvent)
        {
            var headers = new List<KeyValuePair<string, string>>(1 + (bindingEvent.Metadata?.Count ?? 0));
            if (tracer.HeaderAfter(null) is { } traceParent)
            {
                headers.Add(new("traceparent", traceParent));
            }

            foreach (var (name, value) in bindingEvent.Metadata ?? PubSub.PublishMetadata.None)
            {
                headers.Add(new(name, BindingRoute.HeaderSafe(value)));
            }

            return headers;
        }
    }
}

/// <summary>Where a binding's events go.</summary>
internal static class BindingRoute
{
    /// <summary>Metadata <c>route</c>, else the component's name; one leading slash, none at the end, percent-encoded where it must be.</summary>
    public static string Of(ComponentSpec spec)
    {
        var route = (spec.Metadata.Text("route") ?? spec.Name).Trim('/');
        var encoded = new StringBuilder("/", route.Length + 1);
        foreach (var rune in route.EnumerateRunes())
        {
            if (rune.IsAscii && rune.Value > 0x20 && rune.Value < 0x7F && "\"<>\\^`{|}".IndexOf((char)rune.Value) < 0)
            {
                encoded.Append((char)rune.Value);
            }
            else
            {
                encoded.Append(Uri.EscapeDataString(rune.ToString()));
            }
        }

        return encoded.ToString();
    }

    /// <summary>Without control characters, which would end the header; the source may put anything into metadata.</summary>
    public static string HeaderSafe(string value) => value.AsSpan().ContainsAnyInRange('\0', '\u001F') || value.Contains('\u007F')
        ? string.Create(value.Length, value, static (safe, unsafeValue) =>
        {
            for (var i = 0; i < safe.Length; i++)
            {
                safe[i] = char.IsControl(unsafeValue[i]) ? ' ' : unsafeValue[i];
            }
        })
        : value;
}
