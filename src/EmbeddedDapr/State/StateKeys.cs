using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.State;

/// <summary>Stored keys: the component's <c>keyPrefix</c> strategy applied to an app's keys (contract section 3.3). Pure.</summary>
internal static class StateKeys
{
    public const string Separator = "||";

    /// <summary>Prefix with its separator; empty for <c>none</c>.</summary>
    public static string PrefixOf(ComponentSpec spec, SidecarOptions options) => spec.Metadata.Text("keyPrefix")?.Trim() switch
    {
        null or "" or "appid" => options.AppId + Separator,
        "none" => string.Empty,
        "name" => spec.Name + Separator,
        // The namespace an app gets when the environment names none does not count as one.
        "namespace" => (options.Namespace is "" or "default" ? options.AppId : $"{options.Namespace}.{options.AppId}") + Separator,
        var text => text + Separator,
    };

    /// <exception cref="ComponentException">A prefix must not contain the separator, or the stored key could not be taken apart.</exception>
    public static void CheckPrefix(ComponentSpec spec)
    {
        if (spec.Metadata.Text("keyPrefix") is { } prefix && !IsLegal(prefix))
        {
            throw new ComponentException($"input key/keyPrefix '{prefix}' can't contain '||'");
        }
    }

    public static bool IsLegal(string key) => !key.Contains(Separator, StringComparison.Ordinal);
}
