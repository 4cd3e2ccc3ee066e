namespace DeviceFleet.Devices.Settings;

/// <summary>Ids of rules and types: 1 to 64 characters of <c>A–Z a–z 0–9 . _ -</c>.</summary>
internal static class SettingIds
{
    public const int LengthMax = 64;

    public static bool IsValid(string id) => id.Length is > 0 and <= LengthMax && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    public static void Check(string id, List<string> faults)
    {
        if (!IsValid(id))
        {
            faults.Add($"id: '{(id.Length > LengthMax ? id[..LengthMax] : id)}' is none; 1 to {LengthMax} of A-Z a-z 0-9 . _ -.");
        }
    }
}
