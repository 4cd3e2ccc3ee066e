using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using Dapr.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Gateway.Settings;

/// <summary>Asks <c>devices</c> for its settings, by service invocation. Throws <see cref="HttpRequestException"/> when it does not answer as it should.</summary>
internal sealed class SettingsClient(DaprClient dapr) : IDisposable
{
    /// <summary>Largest trial, in bytes: a sidecar takes bodies of 4 MB unless it is told otherwise (daprd, <c>--dapr-http-max-request-size</c>).</summary>
    public const int TrialBytesMax = 4_000_000;

    private readonly HttpClient _devices = dapr.CreateInvokableHttpClient(DaprNames.DevicesApp);

    public async Task<FleetSettings> GetAsync(CancellationToken cancellationToken) =>
        await _devices.GetFromJsonAsync(DevicesRoutes.Settings, ContractsJson.Default.FleetSettings, cancellationToken) ?? throw new HttpRequestException("No settings in the answer.");

    /// <summary>What the draft would have done; null when the trial is larger than <see cref="TrialBytesMax"/>.</summary>
    public async Task<RuleTrialResult?> TryRuleAsync(RuleTrial trial, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(trial, ContractsJson.Default.RuleTrial);
        if (body.Length > TrialBytesMax)
        {
            return null;
        }

        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        using var answer = await _devices.PostAsync(new Uri(DevicesRoutes.TryRule, UriKind.Relative), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync(ContractsJson.Default.RuleTrialResult, cancellationToken) ?? throw new HttpRequestException("No result in the answer.");
    }

    public void Dispose() => _devices.Dispose();
}
