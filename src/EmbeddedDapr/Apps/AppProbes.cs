namespace EmbeddedDapr.Apps;

/// <summary>How an app is asked whether it is well.</summary>
public static class AppProbes
{
    /// <summary>By <c>GET</c> over a channel: any 2xx is success (contract section 1.4).</summary>
    /// <param name="app">The channel; it should be one without token, which daprd does not send with probes (recorded: runtime-app-token-probe).</param>
    /// <param name="path">The path.</param>
    public static Func<CancellationToken, ValueTask<bool>> Get(IAppChannel app, string path)
    {
        var request = new AppRequest { Method = "GET", Path = path };
        return async cancellationToken => (await app.SendAsync(request, cancellationToken)).Status is >= 200 and <= 299;
    }
}
