using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Alarms;

namespace DeviceFleet.Devices.Settings;

/// <summary>What is in force, as it is stored.</summary>
/// <param name="Revision">Rises with each change.</param>
/// <param name="Rules">By id.</param>
/// <param name="Types">By id.</param>
/// <param name="Gone">Rules that were taken out, oldest first: one that comes back changed has to have a higher version, or devices would take it for what they know.</param>
internal sealed record StoredSettings(long Revision, IReadOnlyList<AlarmRule> Rules, IReadOnlyList<DeviceType> Types, IReadOnlyList<AlarmRule> Gone)
{
    public static StoredSettings None { get; } = new(0, [], [], []);
}

/// <summary>
/// The rules and types in force, and what was refused. Immutable, swapped as a whole: a turn that begins with one book ends with it. Pure: <see cref="With"/> makes the next book from
/// what the configuration store holds.
/// </summary>
internal sealed class SettingsBook
{
    /// <summary>Most rules; beyond it, those that are not in force yet are refused.</summary>
    public const int RulesMax = 1_000;

    /// <summary>Most types; as for rules.</summary>
    public const int TypesMax = 1_000;

    /// <summary>Rules that went and are remembered.</summary>
    public const int GoneMax = 1_000;

    /// <summary>Refusals that are told.</summary>
    public const int RefusedMax = 1_000;

    private readonly FrozenDictionary<string, DeviceType> _types;
    private readonly PreparedRule[] _rules;

    private SettingsBook(StoredSettings accepted, IReadOnlyList<RefusedSetting> refused, bool isLoaded)
    {
        Accepted = accepted;
        Refused = refused;
        IsLoaded = isLoaded;
        _types = accepted.Types.ToFrozenDictionary(type => type.Id, StringComparer.Ordinal);
        _rules = [.. accepted.Rules.OrderBy(rule => rule.Id, StringComparer.Ordinal).Select(rule => new PreparedRule(rule))];
    }

    /// <summary>Before anything is known: no device may lose its alarms because of it.</summary>
    public static SettingsBook Unknown { get; } = new(StoredSettings.None, [], isLoaded: false);

    /// <summary>Whether it is known what is in force.</summary>
    public bool IsLoaded { get; }

    /// <summary>What is in force.</summary>
    public StoredSettings Accepted { get; }

    /// <summary>What was refused, by key.</summary>
    public IReadOnlyList<RefusedSetting> Refused { get; }

    public static SettingsBook Of(StoredSettings accepted) => new(accepted, [], isLoaded: true);

    public FleetSettings ToSettings() => new(Accepted.Revision, Accepted.Rules, Accepted.Types, Refused);

    /// <summary>A type; null: none is in force under that id.</summary>
    public DeviceType? TypeOf(string? id) => id is null ? null : _types.GetValueOrDefault(id);

    /// <summary>The rules that are for such a device, by id, at most <see cref="AlarmLimits.RulesPerDeviceMax"/>: the first.</summary>
    public PreparedRule[] RulesFor(string? type, DeviceRegistration registration) =>
        _rules.Length == 0 ? [] : [.. _rules.Where(rule => rule.IsFor(type, registration.Group, registration.Tags)).Take(AlarmLimits.RulesPerDeviceMax)];

    /// <summary>
    /// The book after all that the configuration store holds, by key. What is sound is in force; what is not is refused, and what was in force under its key stays. The same book when
    /// nothing changed.
    /// </summary>
    public SettingsBook With(IReadOnlyDictionary<string, string> values, long now)
    {
        List<RefusedSetting> refused = [];
        var rules = Read(values, SettingKeys.RulePrefix, RulesMax, Accepted.Rules.ToDictionary(rule => rule.Id), ReadRule, rule => rule.Version, now, refused);
        var types = Read(values, SettingKeys.TypePrefix, TypesMax, Accepted.Types.ToDictionary(type => type.Id), ReadType, _ => null, now, refused);
        refused.AddRange(values.Keys
            .Where(key => !key.StartsWith(SettingKeys.RulePrefix, StringComparison.Ordinal) && !key.StartsWith(SettingKeys.TypePrefix, StringComparison.Ordinal))
            .Select(key => new RefusedSetting(key, [$"Keys begin with {SettingKeys.RulePrefix} or {SettingKeys.TypePrefix}"], now, null)));

        refused = [.. refused.OrderBy(setting => setting.Key, StringComparer.Ordinal).Take(RefusedMax).Select(Known)];
        var isChanged = !Same(rules, Accepted.Rules, ContractsJson.Default.AlarmRule) || !Same(types, Accepted.Types, ContractsJson.Default.DeviceType);
        if (!isChanged && IsLoaded && refused.SequenceEqual(Refused))
        {
            return this;
        }

        return new SettingsBook(isChanged ? new StoredSettings(Accepted.Revision + 1, rules, types, Gone(rules)) : Accepted, refused, isLoaded: true);
    }

    private static List<T> Read<T>(
        IReadOnlyDictionary<string, string> values,
        string prefix,
        int max,
        Dictionary<string, T> inForce,
        Func<string, string, T?, List<string>, T?> read,
        Func<T, long?> version,
        long now,
        List<RefusedSetting> refused)
        where T : class
    {
        SortedDictionary<string, T> accepted = new(StringComparer.Ordinal);
        var ids = values.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(key => key[prefix.Length..]);
        foreach (var id in ids.OrderBy(id => !inForce.ContainsKey(id)).ThenBy(id => id, StringComparer.Ordinal))
        {
            var old = inForce.GetValueOrDefault(id);
            List<string> faults = [];
            var setting = read(id, values[prefix + id], old, faults);
            if (accepted.Count >= max)
            {
                faults.Add($"There are {max} already.");
            }

            if (faults.Count > 0)
            {
                refused.Add(new RefusedSetting(prefix + id, faults, now, old is null ? null : version(old)));
                setting = old;
            }

            if (setting is not null && accepted.Count < max)
            {
                accepted[id] = setting;
            }
        }

        return [.. accepted.Values];
    }

    private AlarmRule? ReadRule(string id, string text, AlarmRule? inForce, List<string> faults)
    {
        if (SettingShape.Read(text, ContractsJson.Default.AlarmRule, faults) is not { } read)
        {
            return null;
        }

        CheckId(id, read.Id, faults);
        var rule = read with { Id = id };
        faults.AddRange(RuleFaults.Of(rule));
        var before = inForce ?? Accepted.Gone.FirstOrDefault(gone => gone.Id == id);
        if (before is not null && rule.Version <= before.Version && !Same(rule, before, ContractsJson.Default.AlarmRule))
        {
            faults.Add($"version: a changed rule needs one above {before.Version}.");
        }

        return rule;
    }

    private static DeviceType? ReadType(string id, string text, DeviceType? inForce, List<string> faults)
    {
        if (SettingShape.Read(text, ContractsJson.Default.DeviceType, faults) is not { } read)
        {
            return null;
        }

        CheckId(id, read.Id, faults);
        var type = read with { Id = id };
        faults.AddRange(TypeFaults.Of(type));
        return type;
    }

    private static void CheckId(string id, string written, List<string> faults)
    {
        if (written.Length > 0 && written != id)
        {
            faults.Add($"id: it says '{written}', its key says '{id}'.");
        }
    }

    private List<AlarmRule> Gone(List<AlarmRule> rules)
    {
        var there = rules.Select(rule => rule.Id).ToHashSet();
        var gone = Accepted.Gone.Concat(Accepted.Rules).Where(rule => !there.Contains(rule.Id)).ToList();
        return gone[Math.Max(0, gone.Count - GoneMax)..];
    }

    /// <summary>A refusal that was known before, with its time.</summary>
    private RefusedSetting Known(RefusedSetting setting) =>
        Refused.FirstOrDefault(known => known.Key == setting.Key && known.InForce == setting.InForce && known.Faults.SequenceEqual(setting.Faults)) ?? setting;

    private static bool Same<T>(IReadOnlyList<T> one, IReadOnlyList<T> other, JsonTypeInfo<T> type) =>
        one.Count == other.Count && one.Zip(other).All(pair => Same(pair.First, pair.Second, type));

    /// <summary>Records hold lists, which are equal only when they are one: their JSON tells.</summary>
    private static bool Same<T>(T one, T other, JsonTypeInfo<T> type) => JsonSerializer.Serialize(one, type) == JsonSerializer.Serialize(other, type);
}
