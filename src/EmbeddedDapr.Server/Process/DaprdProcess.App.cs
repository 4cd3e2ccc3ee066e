using EmbeddedDapr.Apps;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Apps;

namespace EmbeddedDapr.Server.Process;

/// <content>How the app is called.</content>
internal sealed partial class DaprdProcess
{
    private bool SpeaksGrpc => flags.AppProtocol is "grpc" or "grpcs";

    private HttpAppChannelOptions AppOptions => new()
    {
        Host = flags.AppHost,
        Port = flags.AppPort,
        Http2 = flags.AppProtocol is "h2c" or "grpc" or "grpcs",
        Tls = flags.AppProtocol is "https" or "grpcs",
    };

    /// <summary>Null: there is no app.</summary>
    private IAppChannel? AppChannel(string? token)
    {
        if (flags.AppPort <= 0)
        {
            return null;
        }

        var options = AppOptions with { ApiToken = token };
        return SpeaksGrpc ? new GrpcAppChannel(options, flags.BodyBytesMax, TimeProvider.System) : new HttpAppChannel(options, TimeProvider.System);
    }

    /// <summary>Lets a gRPC app answer the event of an input binding with requests to output bindings (contract section 5.3).</summary>
    private static void ConnectOutputs(IAppChannel? channel, Sidecar sidecar)
    {
        if (channel is GrpcAppChannel app)
        {
            app.SendOutput = async (binding, data, cancellationToken) =>
            {
                var request = new OutputBindingRequest("create", data, new Dictionary<string, string>());
                return (await sidecar.OutputBindings.InvokeAsync(binding, request, cancellationToken)).Error?.Message;
            };
        }
    }

    // A channel of its own: probes carry no token.
    private Func<CancellationToken, ValueTask<bool>> HealthProbe(AppHealthOptions health)
    {
        if (SpeaksGrpc)
        {
            var app = new GrpcAppChannel(AppOptions, flags.BodyBytesMax, TimeProvider.System);
            _probes = app;
            return app.ProbeAsync;
        }

        _probes = new HttpAppChannel(AppOptions, TimeProvider.System);
        return AppProbes.Get(_probes, health.Path);
    }
}
