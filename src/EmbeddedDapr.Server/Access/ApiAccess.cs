using EmbeddedDapr.Runtime.Configuration;

namespace EmbeddedDapr.Server.Access;

/// <summary>
/// <c>spec.api</c> of the Configuration for one head: which groups of the API exist (contract section 10.4). An entry for the other head has no effect, nor has a name that no group
/// has, <c>*</c> among them (recorded: runtime-api-allowed-grpc, runtime-api-denied-wildcard).
/// </summary>
internal sealed class ApiAccess
{
    private readonly HashSet<(string Name, string Version)> _allowed;
    private readonly HashSet<(string Name, string Version)> _denied;

    private ApiAccess(HashSet<(string Name, string Version)> allowed, HashSet<(string Name, string Version)> denied) => (_allowed, _denied) = (allowed, denied);

    /// <summary>Null: no rules for this head, everything is there.</summary>
    public static ApiAccess? For(string protocol, RuntimeConfiguration configuration)
    {
        var (allowed, denied) = (Rules(configuration.ApiAllowed, protocol), Rules(configuration.ApiDenied, protocol));
        return allowed.Count + denied.Count == 0 ? null : new ApiAccess(allowed, denied);
    }

    /// <summary>Whether there is a list of what is allowed, so that everything else is not.</summary>
    public bool HasAllowed => _allowed.Count > 0;

    /// <summary>Whether a group is there.</summary>
    /// <param name="name">Name, such as <c>state</c>.</param>
    /// <param name="version"><c>v1</c>, <c>v1alpha1</c>, …, as <see cref="Version"/> gives it.</param>
    public bool Allows(string name, string version) => !_denied.Contains((name, version)) && (_allowed.Count == 0 || _allowed.Contains((name, version)));

    /// <summary><c>v1.0-alpha1</c> and <c>v1alpha1</c> are one version.</summary>
    public static string Version(string text)
    {
        var parts = text.Split('-', 2);
        var first = parts[0].EndsWith(".0", StringComparison.Ordinal) ? parts[0][..^2] : parts[0];
        return parts.Length == 1 ? first : first + parts[1];
    }

    private static HashSet<(string Name, string Version)> Rules(IReadOnlyList<ApiRule> rules, string protocol) =>
        [.. rules.Where(rule => rule.Protocol.Equals(protocol, StringComparison.OrdinalIgnoreCase)).Select(rule => (rule.Name, Version(rule.Version)))];
}
