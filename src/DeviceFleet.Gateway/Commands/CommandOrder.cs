using System.Text.Json;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Gateway.Commands;

/// <summary>Body of a command as callers send it; durations are in seconds.</summary>
internal sealed record CommandOrder
{
    /// <summary>What: 1 to 64 characters of <c>A–Z a–z 0–9 . _ -</c>.</summary>
    public required string Name { get; init; }

    /// <summary>With what: any JSON of at most 16 KiB; null: nothing.</summary>
    public JsonElement? Args { get; init; }

    /// <summary>How long it may wait for its device, above 0 to 30 days; null: 5 minutes.</summary>
    public double? ExpiresInSeconds { get; init; }

    /// <summary>How long the device may take from delivery to result, above 0 to 24 hours; null: 60 seconds.</summary>
    public double? TimeoutSeconds { get; init; }

    /// <summary>What the actor could not be asked, because a duration is none; null: nothing.</summary>
    public string? Fault() =>
        IsDuration(ExpiresInSeconds, CommandLimits.ExpiresInMax) ? IsDuration(TimeoutSeconds, CommandLimits.TimeoutMax)
            ? null
            : $"timeoutSeconds is above 0 and at most {CommandLimits.TimeoutMax.TotalSeconds}."
        : $"expiresInSeconds is above 0 and at most {CommandLimits.ExpiresInMax.TotalSeconds}.";

    public CommandRequest ToRequest(string? key, string by, long at) => new()
    {
        Name = Name,
        Args = Args is { ValueKind: JsonValueKind.Null } ? null : Args,
        Key = key,
        ExpiresInMs = Milliseconds(ExpiresInSeconds),
        TimeoutMs = Milliseconds(TimeoutSeconds),
        By = by,
        At = at,
    };

    private static bool IsDuration(double? seconds, TimeSpan max) => seconds is null || (seconds > 0 && seconds <= max.TotalSeconds);

    private static long? Milliseconds(double? seconds) => seconds is { } given ? Math.Max(1, (long)(given * 1000)) : null;
}
