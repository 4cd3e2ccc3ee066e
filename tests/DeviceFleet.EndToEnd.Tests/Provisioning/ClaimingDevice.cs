using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.EndToEnd.Tests.Processes;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace DeviceFleet.EndToEnd.Tests.Provisioning;

/// <summary>A device out of the box: hardware, the key of its group, and no identity yet.</summary>
internal sealed class ClaimingDevice(LocalProcess local, string enrolment, byte[] groupKey, string hardwareId) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<ProvisionAnswer> _answers = Channel.CreateBounded<ProvisionAnswer>(100);

    public IMqttClient Client => _client;

    public string ClaimId { get; init; } = "c-" + Guid.NewGuid().ToString("n");

    private string Response => MqttTopics.ProvisionResponse(DeviceId.Parse(ClaimId));

    private string Request => MqttTopics.ProvisionRequest(DeviceId.Parse(ClaimId));

    public async Task<MqttClientConnectResultCode> ConnectAsync(MqttProtocolVersion version = MqttProtocolVersion.V500)
    {
        _client.ApplicationMessageReceivedAsync += args =>
            _answers.Writer.WriteAsync(JsonSerializer.Deserialize(Encoding.UTF8.GetString(args.ApplicationMessage.Payload), ContractsJson.Default.ProvisionAnswer)!).AsTask();
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", local.MqttPort)
            .WithProtocolVersion(version)
            .WithClientId(MqttAccounts.ClaimClientPrefix + ClaimId)
            .WithCredentials(MqttAccounts.Provision)
            .Build();
        var result = await _client.ConnectAsync(options);
        if (result.ResultCode == MqttClientConnectResultCode.Success)
        {
            await _client.SubscribeAsync(Response, MqttQualityOfServiceLevel.AtLeastOnce);
        }

        return result.ResultCode;
    }

    /// <summary>A sound claim, to be made unsound by a test.</summary>
    public ProvisionClaim NewClaim() => Proven(new ProvisionClaim
    {
        Enrolment = enrolment,
        HardwareId = hardwareId,
        Nonce = Guid.NewGuid().ToString("n"),
        ExpiresAt = TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeMilliseconds(),
    });

    public ProvisionClaim Proven(ProvisionClaim claim)
    {
        var deviceKey = HMACSHA256.HashData(groupKey, Encoding.UTF8.GetBytes(hardwareId));
        return claim with { Proof = Convert.ToBase64String(HMACSHA256.HashData(deviceKey, Encoding.UTF8.GetBytes(ClaimText.Of(claim)))) };
    }

    /// <summary>Claims, and answers what is said to this claim first.</summary>
    public async Task<ProvisionAnswer> AskAsync(ProvisionClaim claim)
    {
        await _client.PublishAsync(new MqttApplicationMessageBuilder()
            .WithTopic(Request)
            .WithPayload(JsonSerializer.SerializeToUtf8Bytes(claim, ContractsJson.Default.ProvisionClaim))
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build());
        return await NextAsync(answer => answer.Nonce == claim.Nonce);
    }

    /// <summary>Claims until it has an identity, as a device does.</summary>
    public async Task<ProvisionAnswer> ProvisionAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await AskAsync(NewClaim());
            while (answer.Status == ClaimStatus.Pending)
            {
                using var again = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
                again.CancelAfter(TimeSpan.FromSeconds(2));
                try
                {
                    answer = await _answers.Reader.ReadAsync(again.Token);
                }
                catch (OperationCanceledException) when (!limit.IsCancellationRequested)
                {
                    break;
                }
            }

            if (answer.Status != ClaimStatus.Pending)
            {
                return answer;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client.IsConnected)
        {
            await _client.DisconnectAsync();
        }

        _client.Dispose();
    }

    private async Task<ProvisionAnswer> NextAsync(Func<ProvisionAnswer, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await _answers.Reader.ReadAsync(limit.Token);
            if (wanted(answer))
            {
                return answer;
            }
        }
    }
}
