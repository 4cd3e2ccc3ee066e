namespace DeviceFleet.Workflows;

/// <summary>Fan-out with a limit.</summary>
public static class ParallelExtensions
{
    /// <summary>
    /// Runs <paramref name="taskFactory"/> for every input, at most <paramref name="maxConcurrency"/> at a time, and returns the results in the order of
    /// the inputs. All are awaited, also after one has failed.
    /// </summary>
    /// <param name="context">The workflow's context.</param>
    /// <param name="inputs">Enumerated once, at the call.</param>
    /// <param name="taskFactory">Makes the durable task of one input; called in the order of the inputs.</param>
    /// <param name="maxConcurrency">1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxConcurrency"/> is below 1.</exception>
    /// <exception cref="AggregateException">One or more tasks failed; their exceptions are its inner ones, in the order of the inputs.</exception>
    public static Task<TResult[]> ProcessInParallelAsync<TInput, TResult>(
        this WorkflowContext context,
        IEnumerable<TInput> inputs,
        Func<TInput, Task<TResult>> taskFactory,
        int maxConcurrency = 5)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(taskFactory);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrency, 1);
        return Run([.. inputs], taskFactory, maxConcurrency);
    }

    private static async Task<TResult[]> Run<TInput, TResult>(TInput[] inputs, Func<TInput, Task<TResult>> taskFactory, int maxConcurrency)
    {
        var results = new TResult[inputs.Length];
        var failures = new Exception?[inputs.Length];
        var next = 0;

        // Lanes instead of a semaphore: a semaphore wakes its waiters on the thread pool, which replay must never leave for.
        await Task.WhenAll(Enumerable.Range(0, Math.Min(maxConcurrency, inputs.Length)).Select(_ => Lane()).ToArray());

        var failed = failures.OfType<Exception>().ToArray();
        return failed.Length == 0 ? results : throw new AggregateException(failed);

        async Task Lane()
        {
            while (next < inputs.Length)
            {
                var index = next++;
                try
                {
                    results[index] = await taskFactory(inputs[index]);
                }
#pragma warning disable CA1031 // whatever it was, it is thrown again when all have ended
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    failures[index] = failure;
                }
            }
        }
    }
}
