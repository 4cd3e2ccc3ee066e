using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Gateway.Auth;
using DeviceFleet.Gateway.Commands;
using DeviceFleet.Gateway.Provisioning;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace DeviceFleet.Gateway.Hubs;

/// <summary>What operators change. A refusal is an error of the call, with the actor's own words.</summary>
internal sealed partial class FleetHub
{
    [Authorize(Policy = Roles.MayWrite)]
    [HubMethodName(FleetHubContract.SendCommand)]
    public async Task<DeviceCommand> SendCommandAsync(string deviceId, string name, JsonElement? args, string? key)
    {
        var request = new CommandRequest { Name = name, Args = Value(args), Key = key, By = Caller.NameOf(Context.User), At = Now() };
        var command = Changed(await actors.SendCommandAsync(Known(deviceId), request, Context.ConnectionAborted));
        if (!command.HasEnded())
        {
            followers.Follow(Context.ConnectionId, CommandKey.Of(command));
        }

        // Asked after following: an event that came before is in the answer, and what comes now is sent.
        return commands.Newest(command);
    }

    [Authorize(Policy = Roles.MayWrite)]
    [HubMethodName(FleetHubContract.SetDesired)]
    public async Task<TwinView> SetDesiredAsync(string deviceId, JsonElement patch, long? ifVersion)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            throw new HubException("A merge patch of desired is a JSON object.");
        }

        var write = new DesiredWrite { Document = patch, IfVersion = ifVersion, By = Caller.NameOf(Context.User), At = Now() };
        return Changed(await actors.WriteDesiredAsync(Known(deviceId), write, Context.ConnectionAborted));
    }

    [Authorize(Policy = Roles.MayWrite)]
    [HubMethodName(FleetHubContract.AckAlarm)]
    public async Task<DeviceAlarm> AckAlarmAsync(string deviceId, string alarmId)
    {
        var change = new AlarmChange { AlarmId = alarmId, Action = AlarmAction.Acknowledge, By = Caller.NameOf(Context.User), At = Now() };
        return Changed(await actors.ChangeAlarmAsync(Known(deviceId), change, Context.ConnectionAborted));
    }

    [Authorize(Policy = Roles.MayAdminister)]
    [HubMethodName(FleetHubContract.StartProvisioning)]
    public async Task<IdentityReply> StartProvisioningAsync(string deviceId) =>
        Changed(await registrar.RegisterAsync(Parse(deviceId), new RegisterOrder(), Caller.NameOf(Context.User), Context.ConnectionAborted));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A JSON null is no value.</summary>
    private static JsonElement? Value(JsonElement? given) => given is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value ? value : null;

    private static T Changed<T>(ChangeReply<T> reply)
        where T : class => reply.Outcome switch
        {
            ChangeOutcome.Applied or ChangeOutcome.Unchanged => reply.Value!,
            ChangeOutcome.NotFound => throw new HubException(reply.Detail ?? "There is no such thing."),
            ChangeOutcome.Conflict => throw new HubException(reply.Detail ?? "It changed meanwhile, or is in a state that does not allow this."),
            ChangeOutcome.Invalid => throw new HubException(reply.Detail ?? "It breaks a rule or a bound."),
            ChangeOutcome.Full => throw new HubException(reply.Detail ?? "As many are there as there may be."),
        };
}
