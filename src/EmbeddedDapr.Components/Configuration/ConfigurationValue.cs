using EmbeddedDapr.Configuration.Stores;

namespace EmbeddedDapr.Components.Configuration;

/// <summary>The stored form <c>value||version</c> (contract section 7.2).</summary>
internal static class ConfigurationValue
{
    private const string Separator = "||";

    /// <summary>Null: there is no value, and so no setting (recorded: config-get-keys). What follows a second separator is ignored.</summary>
    public static ConfigurationItem? Parse(string? stored)
    {
        var parts = (stored ?? string.Empty).Split(Separator);
        return parts[0].Length == 0 ? null : new ConfigurationItem(parts[0], parts.Length > 1 ? parts[1] : string.Empty);
    }
}
