namespace DeviceFleet.Contracts.Devices;

/// <summary>What operators say of a device: type, group and tags. Its version rises by one each change.</summary>
public sealed record DeviceRegistration
{
    /// <summary>Most tags of a device.</summary>
    public const int TagsMax = 32;

    /// <summary>Longest tag name, in characters of <c>A–Z a–z 0–9 . _ -</c>; longest value is 128 characters.</summary>
    public const int TagNameLengthMax = 64;

    /// <summary>Longest tag value, in characters.</summary>
    public const int TagValueLengthMax = 128;

    /// <summary>0: nobody said anything yet.</summary>
    public required long Version { get; init; }

    /// <summary>Id of its type; null: none was assigned, and the device's own <c>deviceType</c> in the reported twin counts.</summary>
    public string? Type { get; init; }

    /// <summary>The group it is in; null: none.</summary>
    public GroupPath? Group { get; init; }

    /// <summary>Tags by name.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Who changed it last; null: nobody.</summary>
    public string? By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public long? At { get; init; }
}

/// <summary>Asks a device's actor to change the registration. The three parts are taken together or not at all.</summary>
public sealed record RegistrationWrite
{
    /// <summary>Whether <see cref="Type"/> is to be set; otherwise it stays.</summary>
    public bool SetType { get; init; }

    /// <summary>The new type; null: none.</summary>
    public string? Type { get; init; }

    /// <summary>Whether <see cref="Group"/> is to be set; otherwise it stays.</summary>
    public bool SetGroup { get; init; }

    /// <summary>The new group; null: none.</summary>
    public GroupPath? Group { get; init; }

    /// <summary>Tags to set, and with a value of null to remove; null: all stay.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    /// <summary>The version that this change was made from; another one than the current is a conflict. Null: whatever it is.</summary>
    public long? IfVersion { get; init; }

    /// <summary>Who asks, at most 128 characters.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>Event on topic <c>device-events</c>, type <see cref="Messaging.EventTypes.RegistrationChanged"/>.</summary>
public sealed record RegistrationEvent
{
    /// <summary>Whose.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>After the change.</summary>
    public required DeviceRegistration Registration { get; init; }

    /// <summary>The group before it; null: none.</summary>
    public GroupPath? OldGroup { get; init; }

    /// <summary>The device after the change.</summary>
    public required DeviceView View { get; init; }
}
