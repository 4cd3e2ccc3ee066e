using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceFleet.Local.Hosting;

/// <summary>
/// Stands for the app's own server (Kestrel) until the app's container has made it: the sidecar must exist before the app is built, and its channel leads through the server.
/// </summary>
internal sealed class LateServer : IServer
{
    private IServer? _server;

    /// <summary>Empty: addresses are given to Kestrel directly.</summary>
    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>The real one, once the app is built.</summary>
    public IServer Server
    {
        get => _server ?? throw new InvalidOperationException("The app is not built.");
        set => _server = value;
    }

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull => Server.StartAsync(application, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => _server?.Dispose();
}
