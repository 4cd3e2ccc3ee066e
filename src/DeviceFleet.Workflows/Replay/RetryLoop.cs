namespace DeviceFleet.Workflows.Replay;

/// <summary>Attempts with durable pauses between them.</summary>
internal static class RetryLoop
{
    /// <param name="policy">When to try again.</param>
    /// <param name="now">The workflow's clock.</param>
    /// <param name="attempt">Makes the attempt of a number, from 1 on.</param>
    /// <param name="pause">Waits durably.</param>
    /// <exception cref="WorkflowTaskFailedException">The last attempt's failure.</exception>
    public static async Task<T> Run<T>(WorkflowRetryPolicy policy, Func<DateTime> now, Func<int, Task<T>> attempt, Func<TimeSpan, Task> pause)
    {
        var began = now();
        for (var number = 1; ; number++)
        {
            TimeSpan delay;
            try
            {
                return await attempt(number);
            }
            catch (WorkflowTaskFailedException failure)
            {
                if (policy.ShouldRetry?.Invoke(failure.FailureDetails) == false || policy.DelayAfter(number, now() - began) is not { } next)
                {
                    throw;
                }

                delay = next;
            }

            await pause(delay);
        }
    }
}
