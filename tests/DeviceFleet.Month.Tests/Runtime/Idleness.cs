using System.Diagnostics;

namespace DeviceFleet.Month.Tests.Runtime;

/// <summary>
/// Whether anything is under way in this process. Everything here runs on the thread pool, and waits for nothing outside of it but for loopback calls that a call of the
/// service makes: so idle is when no such call is under way, no work waits and no pool thread works, twice in a row. For a thread that is not of the pool.
/// </summary>
internal static class Idleness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static void Wait(Func<int> callsUnderWay)
    {
        var started = Stopwatch.GetTimestamp();
        var spins = default(SpinWait);
        for (var idle = 0; idle < 2;)
        {
            if (callsUnderWay() == 0 && ThreadPool.PendingWorkItemCount == 0 && WorkingThreads() == 0)
            {
                idle++;
                continue;
            }

            idle = 0;
            spins.SpinOnce(sleep1Threshold: -1);
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException(
                    $"Not idle after {Patience}: {callsUnderWay()} calls under way, {ThreadPool.PendingWorkItemCount} work items wait, {WorkingThreads()} threads work.");
            }
        }
    }

    private static int WorkingThreads()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var available, out _);
        return most - available;
    }
}
