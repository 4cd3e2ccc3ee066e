using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server;

namespace DeviceFleet.Local.Hosting;

/// <summary>A running service and its sidecar.</summary>
/// <param name="AppId">App id.</param>
/// <param name="App">The service.</param>
/// <param name="Sidecar">Its sidecar; belongs to the engine.</param>
/// <param name="Heads">What the sidecar listens with.</param>
/// <param name="Port">Where the service listens for others; 0: nowhere.</param>
internal sealed record InProcessService(string AppId, WebApplication App, Sidecar Sidecar, SidecarHost Heads, int Port) : IAsyncDisposable
{
    /// <summary>The service first: while it ends it may still call its sidecar.</summary>
    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Heads.DisposeAsync();
    }
}
