using DeviceFleet.EndToEnd.Tests.Live;
using DeviceFleet.EndToEnd.Tests.Processes;

[assembly: AssemblyFixture(typeof(FleetFixture))]

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>One running fleet for the tests that do not kill it; each test has devices of its own names.</summary>
public sealed class FleetFixture : IAsyncLifetime
{
    private readonly string _data = Artifacts.NewFolder();
    private LocalProcess? _local;

    internal LocalProcess Local => _local ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync() => _local = await LocalProcess.StartAsync(_data);

    public async ValueTask DisposeAsync()
    {
        if (_local is not null)
        {
            await _local.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }
}
