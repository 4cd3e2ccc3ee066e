using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Bookkeeping;

/// <summary>Section <c>Bookkeeping</c>.</summary>
internal sealed class BookkeepingOptions
{
    public const string Section = "Bookkeeping";

    /// <summary>Entries of one directory; what is more is not found in lists, though it is there. 100 to 10,000,000, default 100,000. Identities are spread over 64 directories.</summary>
    [Range(100, 10_000_000)]
    public int DirectoryEntriesMax { get; set; } = 100_000;

    /// <summary>Audit entries of one day; what is more is counted and dropped. 100 to 10,000,000, default 100,000.</summary>
    [Range(100, 10_000_000)]
    public int AuditEntriesMax { get; set; } = 100_000;

    /// <summary>For how long a day's audit is kept; 1 to 3,660 days, default 90.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3660.00:00:00")]
    public TimeSpan AuditKeptFor { get; set; } = TimeSpan.FromDays(90);
}

[OptionsValidator]
internal sealed partial class BookkeepingOptionsValidator : IValidateOptions<BookkeepingOptions>;
