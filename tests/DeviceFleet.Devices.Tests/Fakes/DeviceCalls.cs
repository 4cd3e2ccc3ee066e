using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Devices.Tests.Fakes;

/// <summary>What operators ask device actors, and what the actors sent down.</summary>
internal static class DeviceCalls
{
    public static long Now(this DevicesHost host) => host.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static Task<ChangeReply<TwinView>> WriteDesiredAsync(this DevicesHost host, string device, string patch, long? ifVersion = null) =>
        host.Proxy(device).InvokeMethodAsync<DesiredWrite, ChangeReply<TwinView>>(
            DeviceActorMethods.WriteDesired, new DesiredWrite { Document = Json(patch), IfVersion = ifVersion, By = "ann", At = host.Now() });

    public static Task<TwinView> TwinAsync(this DevicesHost host, string device) => host.Proxy(device).InvokeMethodAsync<TwinView>(DeviceActorMethods.GetTwin);

    public static Task<ChangeReply<DeviceCommand>> CommandAsync(this DevicesHost host, string device, string name, Func<CommandRequest, CommandRequest>? tune = null)
    {
        var request = new CommandRequest { Name = name, By = "ann", At = host.Now() };
        return host.Proxy(device).InvokeMethodAsync<CommandRequest, ChangeReply<DeviceCommand>>(DeviceActorMethods.SendCommand, tune?.Invoke(request) ?? request);
    }

    public static Task<ChangeReply<DeviceCommand>> CancelAsync(this DevicesHost host, string device, string id) =>
        host.Proxy(device).InvokeMethodAsync<CommandCancel, ChangeReply<DeviceCommand>>(DeviceActorMethods.CancelCommand, new CommandCancel(id, "ann", host.Now()));

    /// <summary>Newest first.</summary>
    public static async Task<IReadOnlyList<DeviceCommand>> CommandsAsync(this DevicesHost host, string device) =>
        (await host.Proxy(device).InvokeMethodAsync<CommandList>(DeviceActorMethods.GetCommands)).Commands;

    public static Task<HttpResponseMessage> SendReportedAsync(this DevicesHost host, string device, string payload) =>
        host.SendAsync(DaprNames.ReportedIn, $"fleet/{device}/reported", payload);

    public static Task<HttpResponseMessage> SendResultAsync(this DevicesHost host, string device, string command, string payload) =>
        host.SendAsync(DaprNames.CommandResultsIn, $"fleet/{device}/commands/{command}/result", payload);

    public static List<TwinEvent> TwinEvents(this DevicesHost host, string device = "pump-1") => host.Told(device, EventTypes.TwinChanged, ContractsJson.Default.TwinEvent);

    public static List<CommandEvent> CommandEvents(this DevicesHost host, string device = "pump-1") =>
        host.Told(device, EventTypes.CommandChanged, ContractsJson.Default.CommandEvent);

    /// <summary>What went down as desired, in order.</summary>
    public static List<DesiredMessage> DesiredSent(this FakeRuntime runtime) => [.. runtime.BindingCalls
        .Where(call => call.Binding == DaprNames.DesiredOut)
        .Select(call => JsonSerializer.Deserialize(call.Payload, ContractsJson.Default.DesiredMessage)!)];

    /// <summary>Ids of the commands that went down, in order.</summary>
    public static List<string> CommandsSent(this FakeRuntime runtime) =>
        [.. runtime.BindingCalls.Where(call => call.Binding == DaprNames.DeviceOut).Select(call => MqttTopics.CommandIdOf(call.Topic))];

    public static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    private static List<TEvent> Told<TEvent>(this DevicesHost host, string device, string type, JsonTypeInfo<TEvent> json) => [.. host.Runtime.Published
        .Where(published => published.Metadata["cloudevent.type"] == type && published.Json.Contains($"\"deviceId\":\"{device}\"", StringComparison.Ordinal))
        .Select(published => JsonSerializer.Deserialize(published.Json, json)!)];

    private static ActorProxy Proxy(this DevicesHost host, string device) =>
        host.Services.GetRequiredService<IActorProxyFactory>().Create(new ActorId(device), DeviceActorMethods.ActorType);
}
