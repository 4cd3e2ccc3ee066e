namespace DeviceFleet.Gateway.Auth;

/// <summary>What a user may do; each role includes the ones before it. A closed set.</summary>
internal static class Roles
{
    /// <summary>Sees everything, changes nothing.</summary>
    public const string Viewer = "viewer";

    /// <summary>Also commands devices and acknowledges alarms.</summary>
    public const string Operator = "operator";

    /// <summary>Also provisions and removes devices.</summary>
    public const string Admin = "admin";

    /// <summary>Who may read.</summary>
    public static string[] ThatRead { get; } = [Viewer, Operator, Admin];

    /// <summary>Who may change something.</summary>
    public static string[] ThatWrite { get; } = [Operator, Admin];

    /// <summary>Who may let devices in and put them out.</summary>
    public static string[] ThatAdminister { get; } = [Admin];

    /// <summary>Name of the policy that asks for <see cref="ThatAdminister"/>.</summary>
    public const string MayAdminister = "may-administer";

    /// <summary>Name of the policy that asks for <see cref="ThatWrite"/>.</summary>
    public const string MayWrite = "may-write";
}
