using System.Text;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Enrolments;

/// <summary>All that is wrong with an enrolment. Pure.</summary>
internal static class EnrolmentFaults
{
    private const int ByLengthMax = 128;
    private const int FingerprintLength = 64;

    public static IEnumerable<string> Of(string id, EnrolmentWrite write, Enrolment? known)
    {
        var enrolment = write.Enrolment;
        if (enrolment.Id != id || !DeviceId.TryParse(id, out _))
        {
            yield return $"An id has 1 to {EnrolmentLimits.IdLengthMax} of A-Z a-z 0-9 . _ -, first a letter or digit, and is that of the address.";
        }

        if (write.By.Length is 0 or > ByLengthMax)
        {
            yield return $"By has to be 1 to {ByLengthMax} characters.";
        }

        if (known is not null && (known.Proof, known.HardwareId) != (enrolment.Proof, enrolment.HardwareId))
        {
            yield return "Proof and hardware id cannot be changed; make another enrolment.";
        }

        if (enrolment.HardwareId is { } hardware && !HardwareIds.IsValid(hardware))
        {
            yield return $"A hardware id has 1 to {IdentityLimits.HardwareIdLengthMax} of A-Z a-z 0-9 . _ : -, first a letter or digit.";
        }

        if (enrolment.ConnectWithinMs < 1_000 || enrolment.ConnectWithinMs > EnrolmentLimits.ConnectWithinMax.TotalMilliseconds)
        {
            yield return "A device may take from a second to 30 days to connect.";
        }

        if (enrolment.Proof != ProofKind.SymmetricKey ? write.Key is not null : write.Key is { } key && !IsKey(key))
        {
            yield return $"A key is base64 of {EnrolmentLimits.KeyBytes} bytes, and only for proofs by symmetric key.";
        }

        foreach (var fault in Lists(enrolment).Concat(Allocations(enrolment)))
        {
            yield return fault;
        }
    }

    private static IEnumerable<string> Lists(Enrolment enrolment)
    {
        if (Math.Max(enrolment.Allow.Count, Math.Max(enrolment.Deny.Count, enrolment.Fingerprints.Count)) > EnrolmentLimits.ListMax)
        {
            yield return $"A list has at most {EnrolmentLimits.ListMax} entries.";
        }

        if (enrolment.Allow.Concat(enrolment.Deny).FirstOrDefault(pattern => !HardwareIds.IsPattern(pattern)) is { } wrong)
        {
            yield return $"'{Short(wrong)}' is no hardware id, nor the beginning of one and '*'.";
        }

        if (enrolment.Fingerprints.FirstOrDefault(print => print.Length != FingerprintLength || !print.All(char.IsAsciiHexDigitLower)) is { } other)
        {
            yield return $"'{Short(other)}' is no fingerprint: {FingerprintLength} hex digits in lower case.";
        }
    }

    private static IEnumerable<string> Allocations(Enrolment enrolment)
    {
        var allocation = enrolment.Allocation;
        if (!allocation.DeviceId.Contains(HardwareIds.Placeholder, StringComparison.Ordinal) && enrolment.HardwareId is null)
        {
            yield return $"Where many come in, the device id needs {HardwareIds.Placeholder}: each has its own.";
        }
        else if (HardwareIds.DeviceIdOf(allocation, enrolment.HardwareId ?? "0") is null)
        {
            yield return $"'{Short(allocation.DeviceId)}' makes no device id.";
        }

        if (allocation.Tags.Count > DeviceRegistration.TagsMax || allocation.Tags.Any(tag => tag.Key.Length is 0 or > DeviceRegistration.TagNameLengthMax || tag.Value.Length > DeviceRegistration.TagValueLengthMax))
        {
            yield return $"At most {DeviceRegistration.TagsMax} tags, with names of up to {DeviceRegistration.TagNameLengthMax} and values of up to {DeviceRegistration.TagValueLengthMax} characters.";
        }

        if (allocation.Desired is { } desired && (desired.ValueKind != JsonValueKind.Object || Encoding.UTF8.GetByteCount(desired.GetRawText()) > MqttTopics.PayloadBytesMax))
        {
            yield return $"The desired configuration is a JSON object of at most {MqttTopics.PayloadBytesMax} bytes.";
        }
    }

    private static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[EnrolmentLimits.KeyBytes + 1];
        return Convert.TryFromBase64String(key, bytes, out var written) && written == EnrolmentLimits.KeyBytes;
    }

    private static string Short(string text) => text.Length <= 64 ? text : text[..64] + "…";
}

/// <summary>Hardware ids, and what is made of them.</summary>
internal static class HardwareIds
{
    public const string Placeholder = "{hardwareId}";

    private const char Rest = '*';

    public static bool IsValid(string id) => id.Length is > 0 and <= IdentityLimits.HardwareIdLengthMax && char.IsAsciiLetterOrDigit(id[0]) && id.All(IsLetter);

    public static bool IsPattern(string pattern) =>
        pattern.EndsWith(Rest) ? pattern.Length <= IdentityLimits.HardwareIdLengthMax && pattern[..^1].All(IsLetter) : IsValid(pattern);

    public static bool Match(this IEnumerable<string> patterns, string id) =>
        patterns.Any(pattern => pattern.EndsWith(Rest) ? id.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : pattern == id);

    /// <summary>The device id that a hardware gets; null: the text is none, or one that no device may have.</summary>
    public static DeviceId? DeviceIdOf(Allocation allocation, string hardwareId)
    {
        var text = allocation.DeviceId.Replace(Placeholder, hardwareId.Replace(':', '-'), StringComparison.Ordinal);
        return DeviceId.TryParse(text, out var id) && text != MqttAccounts.Provision ? id : null;
    }

    private static bool IsLetter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-';
}
