using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Sagas.Steps;
using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Sagas;

internal sealed partial class SagaRun
{
    private Telling Tell() => new(this);

    /// <summary>
    /// Tells the identity of the progress while the saga waits for something else, however often it takes. Whoever holds it waits for <see cref="Next"/> beside its own tasks, and calls
    /// <see cref="GoOnAsync"/> when that comes.
    /// </summary>
    private sealed class Telling
    {
        private readonly SagaRun _run;
        private SagaProgress? _told;
        private Task<StepResult>? _call;
        private int _failures;

        public Telling(SagaRun run)
        {
            _run = run;
            Next = Send();
        }

        /// <summary>Never ends when all is told.</summary>
        public Task Next { get; private set; }

        private bool IsToldAll => _told == _run._progress;

        /// <summary>The progress may have changed. One at a time, so that the last one said is the last one heard.</summary>
        public void Again()
        {
            if (_call is { IsCompleted: true } && !IsToldAll)
            {
                Next = Send();
            }
        }

        /// <summary><see cref="Next"/> came. What the identity said, if it was that.</summary>
        public async Task<StepResult?> GoOnAsync()
        {
            if (_call is not { } call)
            {
                Next = Send();
                return null;
            }

            try
            {
                var result = await call;
                Next = IsToldAll ? new TaskCompletionSource().Task : Send();
                return result;
            }
            catch (WorkflowTaskFailedException)
            {
                _call = null;
                Next = _run._context.CreateTimer(_run._settings.DelayAfter(++_failures));
                return null;
            }
        }

        private Task<StepResult> Send()
        {
            _told = _run._progress;
            return _call = _run.Call(nameof(TellProgress), _told);
        }
    }

    /// <summary>Sends a rotated credential again: when the device connects with another one, and now and then, as nobody knows whether a message to it arrived.</summary>
    private sealed class Resending
    {
        /// <summary>Most times that the device's connecting makes it be sent: a history has an end.</summary>
        private const int SeenMax = 100;

        private readonly SagaRun _run;
        private int _times;
        private int _seen;

        public Resending(SagaRun run)
        {
            _run = run;
            Due = run._context.CreateTimer(run._settings.ResendDelay(++_times));
            Seen = run._context.WaitForExternalEventAsync<object?>(SagaNames.Seen);
        }

        public Task Due { get; private set; }

        public Task Seen { get; private set; }

        /// <summary>Nobody waits for the call: whether it arrives is seen by the device's connecting, and else it is sent again.</summary>
        public void Send(Task first)
        {
            _ = _run.Call(nameof(SendCredential), _run._progress);
            if (first == Due)
            {
                Due = _run._context.CreateTimer(_run._settings.ResendDelay(++_times));
            }
            else
            {
                Seen = ++_seen == SeenMax ? new TaskCompletionSource().Task : _run._context.WaitForExternalEventAsync<object?>(SagaNames.Seen);
            }
        }
    }
}
