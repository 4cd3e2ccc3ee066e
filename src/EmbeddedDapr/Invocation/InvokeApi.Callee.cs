using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Invocation;

/// <content>The side of the app that is called.</content>
public sealed partial class InvokeApi
{
    /// <summary>Why a call of another app may not come in; null: it may.</summary>
    public InvokeFault? Refusal(string method, string verb) => _sidecar.Options.Configuration.AccessControl.AllowsStrangers()
        ? null
        : new InvokeFault($"access control policy has denied access to id:  operation: {method} verb: {verb}", GrpcCode.PermissionDenied);

    /// <summary>Carries a call of another sidecar into the app.</summary>
    public async ValueTask<InvokeResult> ServeAsync(PeerCall call, CancellationToken cancellationToken)
    {
        if (Refusal(call.Method, call.Request.Method) is { } refusal)
        {
            return refusal;
        }

        if (_sidecar.App is not { } app)
        {
            return new InvokeFault("app channel is not initialized", GrpcCode.Internal);
        }

        try
        {
            return await app.OpenAsync(call.Request, cancellationToken);
        }
        catch (AppUnreachableException exception)
        {
            return new InvokeFault("error invoking app channel: " + exception.Message, GrpcCode.Internal);
        }
    }
}
