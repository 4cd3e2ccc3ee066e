using EmbeddedDapr.Runtime.Configuration;

namespace EmbeddedDapr.Invocation;

/// <summary>Whether calls of other apps may come in (contract section 6.3).</summary>
internal static class AccessControl
{
    private const string Deny = "deny";

    /// <summary>
    /// Callers have no identity without mTLS, so that no policy about one of them applies and the global action decides (recorded: invoke-acl-deny-policy-allow,
    /// invoke-acl-allow-policy-deny). Policies without a global action mean that only they allow.
    /// </summary>
    public static bool AllowsStrangers(this AccessControlConfiguration? access) => access is null
        || (access.DefaultAction.Length > 0 ? !access.DefaultAction.Equals(Deny, StringComparison.OrdinalIgnoreCase) : access.Policies.Count == 0);
}
