using System.Security.Claims;

namespace DeviceFleet.Gateway.Auth;

/// <summary>What actors are told of who asks.</summary>
internal static class Caller
{
    /// <summary>Longest name, in characters (the contracts' <c>By</c>); what is longer is cut.</summary>
    private const int NameLengthMax = 128;

    public static string NameOf(ClaimsPrincipal? user)
    {
        // Actors take no change of nobody; a token without a subject comes from an authority that was set up so.
        var name = user?.Identity?.Name is { Length: > 0 } given ? given : "unknown";
        return name.Length <= NameLengthMax ? name : name[..NameLengthMax];
    }
}
