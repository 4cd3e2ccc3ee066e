using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapr.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Gateway.Releases;

/// <summary>Asks <c>provisioning</c> about releases, and whether a device is who it says, by service invocation. Throws <see cref="HttpRequestException"/> when it does not answer as it should.</summary>
internal sealed class ReleaseClient(DaprClient dapr) : IDisposable
{
    private readonly HttpClient _provisioning = dapr.CreateInvokableHttpClient(DaprNames.ProvisioningApp);

    public Task<ChangeReply<Release>> RegisterAsync(ReleaseOrder order, CancellationToken cancellationToken) =>
        PostAsync(ProvisioningRoutes.Releases, order, ContractsJson.Default.ReleaseOrder, ContractsJson.Default.ChangeReplyRelease, cancellationToken);

    public Task<ChangeReply<Release>> WithdrawAsync(ReleaseWithdrawal withdrawal, CancellationToken cancellationToken) =>
        PostAsync(ProvisioningRoutes.WithdrawRelease, withdrawal, ContractsJson.Default.ReleaseWithdrawal, ContractsJson.Default.ChangeReplyRelease, cancellationToken);

    /// <summary>Whether this is the device's password, as when it connects to the broker.</summary>
    public Task<MqttVerdict> AuthenticateAsync(string device, string password, CancellationToken cancellationToken) => PostAsync(
        ProvisioningRoutes.Authenticate,
        new MqttAuthenticate { Username = device, Password = password, ClientId = device },
        ContractsJson.Default.MqttAuthenticate,
        ContractsJson.Default.MqttVerdict,
        cancellationToken);

    /// <summary>The public key; null: there is none.</summary>
    public async Task<FirmwareKey?> GetKeyAsync(CancellationToken cancellationToken)
    {
        using var answer = await _provisioning.GetAsync(new Uri(ProvisioningRoutes.FirmwareKey, UriKind.Relative), cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync(ContractsJson.Default.FirmwareKey, cancellationToken);
    }

    public void Dispose() => _provisioning.Dispose();

    private async Task<TReply> PostAsync<TMessage, TReply>(
        string route, TMessage message, JsonTypeInfo<TMessage> messageType, JsonTypeInfo<TReply> replyType, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(message, messageType));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        using var answer = await _provisioning.PostAsync(new Uri(route, UriKind.Relative), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync(replyType, cancellationToken) ?? throw new HttpRequestException($"No answer of {route}.");
    }
}
