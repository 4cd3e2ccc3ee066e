namespace DeviceFleet.Benchmarks;

/// <summary>One thing to measure.</summary>
internal interface IBenchmark
{
    /// <summary>As given on the command line.</summary>
    string Name { get; }

    /// <summary>Measures and writes its lines.</summary>
    Task RunAsync(BenchmarkContext context);
}

/// <summary>What a benchmark is given.</summary>
/// <param name="Output">Where results go, a line each.</param>
/// <param name="Folder">Empty, on the disk that is to be measured; deleted afterwards.</param>
/// <param name="Duration">Of each measurement.</param>
internal sealed record BenchmarkContext(TextWriter Output, string Folder, TimeSpan Duration);
