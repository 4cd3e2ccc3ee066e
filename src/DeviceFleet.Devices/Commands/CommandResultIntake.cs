using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Documents;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.ServiceDefaults.Bindings;

namespace DeviceFleet.Devices.Commands;

/// <summary>Takes one answer to a command: one actor turn, which stores it and the event of it together, or refuses it.</summary>
internal sealed class CommandResultIntake(DeviceActors actors, Refusals refusals)
{
    public async Task TakeAsync(IncomingMessage message, CancellationToken cancellationToken)
    {
        if (await refusals.DeviceOfAsync(message, DeviceTopicKind.CommandResult, cancellationToken) is not { } device)
        {
            return;
        }

        if (JsonPayload.TryRead(message, ContractsJson.Default.CommandAnswer) is not { } answer || !IsAnswer(answer))
        {
            await refusals.RefuseUnreadableAsync(message, device, RejectionReasons.Malformed, "Neither {accepted: true} nor {ok, result?, error?}.", cancellationToken);
            return;
        }

        if (answer.Result is { } result && CommandBounds.FaultOf(result) is { } fault)
        {
            await refusals.RefuseUnreadableAsync(message, device, RejectionReasons.OutOfBounds, $"The result's values {fault}.", cancellationToken);
            return;
        }

        var own = answer with { CommandId = MqttTopics.CommandIdOf(message.Topic), ReceivedAt = message.ReceivedAt };
        var reply = await actors.AnswerCommandAsync(device, own, cancellationToken);
        if (reply.Reason is { } reason)
        {
            await refusals.RefuseCountedAsync(message, device, reason, reply.Detail ?? reason);
        }
    }

    /// <summary>Says something, in Unicode: other texts could not be handed on.</summary>
    private static bool IsAnswer(CommandAnswer answer) =>
        (answer.Ok is not null || answer.Accepted is true) && (answer.Result is not { } result || CompactJson.BytesOf(result) is not null);
}
