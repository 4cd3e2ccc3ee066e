using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Bindings;

/// <summary>The output bindings API of one sidecar (Dapr API reference, bindings). Thread safe.</summary>
public sealed class OutputBindingApi
{
    private readonly Sidecar _sidecar;

    internal OutputBindingApi(Sidecar sidecar) => _sidecar = sidecar;

    /// <summary>Carries out a request; every refusal has the one code of its row, with HTTP status 500 (contract section 5.4).</summary>
    public async ValueTask<ApiResult<OutputBindingResponse>> InvokeAsync(string binding, OutputBindingRequest request, CancellationToken cancellationToken)
    {
        // The operation is looked at before the name (recorded: binding-out-unknown).
        if (request.Operation.Length == 0)
        {
            return ApiErrors.InvokeOutputBinding(binding, "operation field is missing from request");
        }

        if (!_sidecar.Components.OutputBindings.TryGetValue(binding, out var loaded))
        {
            return ApiErrors.InvokeOutputBinding(binding, $"couldn't find output binding {binding}");
        }

        var known = loaded.Instance.Operations;
        if (!known.Contains(request.Operation, StringComparer.Ordinal))
        {
            return ApiErrors.InvokeOutputBinding(
                binding,
                $"binding {binding} does not support operation {request.Operation}. supported operations:{string.Join(' ', known)}");
        }

        var metrics = _sidecar.Metrics;
        var start = metrics?.Start() ?? 0;
        try
        {
            var response = await loaded.Instance.InvokeAsync(request, cancellationToken);
            metrics?.OutputBinding(binding, request.Operation, success: true, start);
            return response;
        }
        catch (OutputBindingException exception)
        {
            metrics?.OutputBinding(binding, request.Operation, success: false, start);
            return ApiErrors.InvokeOutputBinding(binding, exception.Message) with { Headers = exception.Response.Metadata };
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            metrics?.OutputBinding(binding, request.Operation, success: false, start);
            return ApiErrors.InvokeOutputBinding(binding, exception.Message);
        }
    }
}
