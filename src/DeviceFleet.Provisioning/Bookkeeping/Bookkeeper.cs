using System.Globalization;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Bookkeeping;

/// <summary>What there is to write down of some events.</summary>
internal sealed class Notes
{
    private const string OwnName = "provisioning";
    private const string RefusedAction = "refused";

    private static readonly HashSet<string> SecurityReasons =
    [
        RejectionReasons.BadCredentials, RejectionReasons.WrongClientId, RejectionReasons.WrongDevice, RejectionReasons.WrongTopic, RejectionReasons.WrongSubscription,
        RejectionReasons.BadProof, RejectionReasons.UnknownEnrolment, RejectionReasons.ClaimExpired, RejectionReasons.ClaimReplayed, RejectionReasons.Denied,
        RejectionReasons.IdentityTaken, RejectionReasons.NotActive, RejectionReasons.TooManyClaims, RejectionReasons.ClaimInUse,
    ];

    private readonly Dictionary<DeviceId, DeviceIdentity> _identities = [];
    private readonly List<AuditEntry> _audits = [];

    /// <summary>Entries of directories, by directory.</summary>
    public IEnumerable<IGrouping<string, DirectoryEntry>> Entries =>
        _identities.Values.GroupBy(identity => DirectoryIds.Identities(DirectoryIds.ShardOf(identity.DeviceId)), EntryOf);

    /// <summary>Audit entries, by day.</summary>
    public IEnumerable<IGrouping<string, AuditEntry>> Audits => _audits.GroupBy(entry => DayOf(entry.At));

    /// <summary>The day UTC that a time falls on.</summary>
    public static string DayOf(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public void Take(IdentityEvent changed)
    {
        if (changed.Audit is { } audit)
        {
            _audits.Add(audit);
        }

        if (!_identities.TryGetValue(changed.Identity.DeviceId, out var known) || known.Revision < changed.Identity.Revision)
        {
            _identities[changed.Identity.DeviceId] = changed.Identity;
        }
    }

    public void Take(RefusalEvent refused) => _audits.Add(refused.Audit);

    /// <summary>What another service refused, where it is about security.</summary>
    /// <param name="eventId">The event's id: the same when it is delivered again.</param>
    /// <param name="rejected">What.</param>
    public void Take(string eventId, RejectedEvent rejected)
    {
        if (!SecurityReasons.Contains(rejected.Reason) || rejected.By == OwnName)
        {
            return; // what this service refuses it tells on its own topic
        }

        _audits.Add(new AuditEntry
        {
            Id = "rejected/" + eventId,
            At = rejected.At,
            By = rejected.By,
            Action = RefusedAction,
            DeviceId = rejected.DeviceId,
            Detail = rejected.Topic is null ? rejected.Detail : $"{rejected.Detail} ({rejected.Topic})",
            Reason = rejected.Reason,
        });
    }

    private static DirectoryEntry EntryOf(DeviceIdentity identity) => new()
    {
        Key = identity.DeviceId.Value,
        Revision = identity.Revision,
        Summary = JsonSerializer.SerializeToElement(
            new IdentitySummary
            {
                State = identity.State,
                Since = identity.Since,
                HardwareId = identity.HardwareId,
                EnrolmentId = identity.EnrolmentId,
                Saga = identity.Saga is { EndedAt: null } saga ? saga.Instance : null,
                SagaEndedAt = identity.Saga?.EndedAt,
            },
            ContractsJson.Default.IdentitySummary),
    };
}

/// <summary>Writes down what events tell: identities in their directories, audits under their days. Told again, nothing changes.</summary>
internal sealed class Bookkeeper(DirectoryActors actors)
{
    private const int AtOnce = 1_000;

    /// <summary>Ends when all of it is stored.</summary>
    public Task WriteAsync(Notes notes, CancellationToken cancellationToken)
    {
        List<Task> writes =
        [
            .. notes.Entries.SelectMany(directory => directory.Chunk(AtOnce).Select(entries => actors.PutAsync(directory.Key, new DirectoryPut(entries), cancellationToken))),
            .. notes.Audits.SelectMany(day => day.Chunk(AtOnce).Select(entries => actors.AppendAsync(day.Key, new AuditAppend(entries), cancellationToken))),
        ];
        return Task.WhenAll(writes);
    }
}
