using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using Dapr.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>Asks <c>provisioning</c>, by service invocation. Throws <see cref="HttpRequestException"/> when it does not answer as it should.</summary>
internal sealed class ProvisioningClient(DaprClient dapr) : IDisposable
{
    private readonly HttpClient _provisioning = dapr.CreateInvokableHttpClient(DaprNames.ProvisioningApp);

    /// <summary>What the claim came to.</summary>
    public async Task<ProvisionAnswer> ClaimAsync(ProvisionClaim claim, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(claim, ContractsJson.Default.ProvisionClaim));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        using var answer = await _provisioning.PostAsync(new Uri(ProvisioningRoutes.Claims, UriKind.Relative), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync(ContractsJson.Default.ProvisionAnswer, cancellationToken) ?? throw new HttpRequestException("No answer to the claim.");
    }

    public void Dispose() => _provisioning.Dispose();
}
