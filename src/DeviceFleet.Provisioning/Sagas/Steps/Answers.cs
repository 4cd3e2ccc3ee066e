using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Sagas.Steps;

/// <summary>
/// Identity and secret go to the device. A device that is not there is no fault: it asks again, and the identity tells it. So nothing is lost either when the broker does not take the answer.
/// </summary>
internal sealed partial class AnswerClaim(SagaServices services) : SagaActivity(services)
{
    private readonly ILogger _logger = services.Loggers.CreateLogger<AnswerClaim>();

    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        var (result, reply) = await AskAsync(call, IdentityAction.Answer);
        var order = call.Order;
        if (result.Refused is not null || reply?.ClaimId is not { } claim || !DeviceId.TryParse(claim, out var claimId)
            || (await World.GetSecretAsync(order.DeviceId, new SecretQuery(order.Instance))).Value is not { } secret)
        {
            return result;
        }

        // To the claim that came last: under an earlier one nobody listens any more.
        var answer = new ProvisionAnswer
        {
            Nonce = reply.Nonce ?? "",
            Status = ClaimStatus.Issued,
            DeviceId = order.DeviceId,
            CredentialId = secret.CredentialId,
            Secret = secret.Secret,
            FirmwareKey = await World.FirmwareKeyAsync(),
        };
        try
        {
            await World.SendAsync(MqttTopics.ProvisionResponse(claimId), JsonSerializer.SerializeToUtf8Bytes(answer, ContractsJson.Default.ProvisionAnswer));
        }
        catch (Dapr.DaprException exception)
        {
            Log.NotSent(_logger, exception, order.Instance);
        }

        return result;
    }

    private static partial class Log
    {
        [LoggerMessage(2320, LogLevel.Information, "The answer of saga {Instance} was not sent; the device asks again.")]
        public static partial void NotSent(ILogger logger, Exception exception, string instance);
    }
}

/// <summary>The new secret goes to a device that is connected with its old one. The saga sends it again until the device has connected with it.</summary>
internal sealed partial class SendCredential(SagaServices services) : SagaActivity(services)
{
    private readonly ILogger _logger = services.Loggers.CreateLogger<SendCredential>();

    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        if (await ApplyAsync(call, IdentityAction.Answer, change => change with { Step = SagaSteps.Answer }) is { Refused: not null } refused)
        {
            return refused;
        }

        var order = call.Order;
        if ((await World.GetSecretAsync(order.DeviceId, new SecretQuery(order.Instance))).Value is not { } secret)
        {
            return StepResult.Done; // it was used: then the device has it
        }

        try
        {
            await World.SendAsync(MqttTopics.Credentials(order.DeviceId), JsonSerializer.SerializeToUtf8Bytes(secret, ContractsJson.Default.CredentialMessage));
        }
        catch (Dapr.DaprException exception)
        {
            Log.NotSent(_logger, exception, order.Instance);
        }

        return StepResult.Done;
    }

    private static partial class Log
    {
        [LoggerMessage(2321, LogLevel.Information, "The credential of saga {Instance} was not sent; it is sent again.")]
        public static partial void NotSent(ILogger logger, Exception exception, string instance);
    }
}
