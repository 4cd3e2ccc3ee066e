using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Simulator.Devices;

namespace DeviceFleet.Simulator.Control;

/// <summary>The commands that simulated devices know: what each answers, and what the device is to do besides. No clock, no I/O.</summary>
internal static class CommandBook
{
    /// <summary>Longest work that <c>slow</c> takes on.</summary>
    public const double SlowSecondsMax = 3_600;

    /// <summary>What a command comes to.</summary>
    public static CommandPlan Plan(CommandMessage command, DeviceModel device) => command.Name switch
    {
        "identify" => new CommandPlan(DevicePayloads.Succeeded(json =>
        {
            json.WriteString("deviceType"u8, device.Type);
            json.WriteString("firmware"u8, device.Firmware);
        })),
        "reboot" => new CommandPlan(DevicePayloads.Succeeded(null)) { Reboots = true },
        "set-interval" => Seconds(command.Args, DesiredState.IntervalSecondsMin, DesiredState.IntervalSecondsMax) is { } seconds
            ? new CommandPlan(DevicePayloads.Succeeded(json => json.WriteNumber("interval"u8, seconds))) { IntervalSeconds = seconds }
            : new CommandPlan(DevicePayloads.FailedWith($"set-interval needs args.seconds, {DesiredState.IntervalSecondsMin} to {DesiredState.IntervalSecondsMax}")),
        "slow" => Seconds(command.Args, 0, SlowSecondsMax) is { } seconds
            ? new CommandPlan(DevicePayloads.Succeeded(json => json.WriteNumber("seconds"u8, seconds))) { Takes = TimeSpan.FromSeconds(seconds) }
            : new CommandPlan(DevicePayloads.FailedWith($"slow needs args.seconds, 0 to {SlowSecondsMax}")),
        "fail" => new CommandPlan(DevicePayloads.FailedWith($"told to fail")),
        var name => new CommandPlan(DevicePayloads.FailedWith($"unknown command '{name}'")),
    };

    private static double? Seconds(JsonElement? args, double min, double max) =>
        args is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("seconds", out var member)
            && member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out var seconds) && seconds >= min && seconds <= max
            ? seconds
            : null;
}

/// <summary>What a device says it is.</summary>
/// <param name="Type">Name of its profile.</param>
/// <param name="Firmware">Version of its firmware.</param>
internal readonly record struct DeviceModel(string Type, string Firmware);

/// <summary>What a command comes to.</summary>
/// <param name="Answer">The result as it is published.</param>
internal sealed record CommandPlan(byte[] Answer)
{
    /// <summary>How long it takes; null: nothing. With a time, the device says first that it is at work.</summary>
    public TimeSpan? Takes { get; init; }

    /// <summary>An interval to take on, in seconds.</summary>
    public double? IntervalSeconds { get; init; }

    /// <summary>Whether the device starts anew afterwards.</summary>
    public bool Reboots { get; init; }
}
