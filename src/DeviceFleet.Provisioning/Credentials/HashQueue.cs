using System.Security.Cryptography;
using System.Threading.Channels;
using DeviceFleet.Contracts.Provisioning;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Credentials;

/// <summary>What a queued password came to.</summary>
internal enum HashOutcome
{
    /// <summary>It matches one of the hashes.</summary>
    Match,

    /// <summary>It matches none.</summary>
    Mismatch,

    /// <summary>Too many wait, or who asked did not wait: nobody knows.</summary>
    Busy,
}

/// <summary>A finished check.</summary>
/// <param name="Outcome">What it came to.</param>
/// <param name="Matching">The verifier that matched; null: none did.</param>
internal readonly record struct HashResult(HashOutcome Outcome, CredentialVerifier? Matching);

/// <summary>
/// Slow hashes, one after the other on half of the processors: whatever comes, the other half is left for the fleet's work, and who waits longer than the broker does is not hashed at all.
/// </summary>
internal sealed class HashQueue : BackgroundService
{
    private readonly Channel<Job> _jobs;
    private readonly CredentialMetrics _metrics;
    private readonly TimeProvider _time;

    public HashQueue(IOptions<CredentialOptions> options, CredentialMetrics metrics, TimeProvider time)
    {
        // Full: the writer is told, and its device comes again.
        _jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(options.Value.HashesWaitingMax) { FullMode = BoundedChannelFullMode.Wait });
        _metrics = metrics;
        _time = time;
        metrics.Watch(() => _jobs.Reader.Count);
    }

    /// <summary>Compares a password with each of the hashes, in their order.</summary>
    public async ValueTask<HashResult> CheckAsync(IReadOnlyList<CredentialVerifier> verifiers, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        var job = new Job(verifiers, password.ToArray(), _time.GetTimestamp(), cancellationToken);
        return _jobs.Writer.TryWrite(job) ? await job.Done.Task : new HashResult(HashOutcome.Busy, null);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _jobs.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var workers = Math.Max(1, Environment.ProcessorCount / 2);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(stoppingToken), CancellationToken.None)));
        while (_jobs.Reader.TryRead(out var left))
        {
            left.Done.SetResult(new HashResult(HashOutcome.Busy, null));
        }
    }

    private static HashResult Check(Job job)
    {
        foreach (var verifier in job.Verifiers)
        {
            if (new PasswordHash(verifier.Iterations, verifier.Salt, verifier.Hash).Matches(job.Password))
            {
                return new HashResult(HashOutcome.Match, verifier);
            }
        }

        return new HashResult(HashOutcome.Mismatch, null);
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested && await _jobs.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (!stoppingToken.IsCancellationRequested && _jobs.Reader.TryRead(out var job))
            {
                Finish(job);
            }
        }
    }

    private void Finish(Job job)
    {
        try
        {
            var result = job.Cancelled.IsCancellationRequested ? new HashResult(HashOutcome.Busy, null) : Check(job);
            _metrics.CountHash(_time.GetElapsedTime(job.Since));
            job.Done.SetResult(result);
        }
        catch (Exception exception)
        {
            // A stored hash that is none: the loop must go on, and who asked gets the fault.
            job.Done.SetException(exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(job.Password);
        }
    }

    private sealed record Job(IReadOnlyList<CredentialVerifier> Verifiers, byte[] Password, long Since, CancellationToken Cancelled)
    {
        public TaskCompletionSource<HashResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
