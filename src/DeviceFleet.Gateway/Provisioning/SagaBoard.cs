using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>
/// The sagas as this gateway knows them: all that are under way, and those that ended last; of each device the newest. Newer revisions win, so order and repetition of
/// events do not matter. Reads no clock. Thread-safe.
/// </summary>
internal sealed class SagaBoard
{
    /// <summary>Most sagas under way that are shown; beyond it the youngest that waits for nobody is left out.</summary>
    public const int OpenMax = 10_000;

    /// <summary>Ended sagas remembered; the one that ended first goes first.</summary>
    public const int EndedMax = 200;

    private readonly Lock _gate = new();
    private readonly Dictionary<DeviceId, SagaView> _open = [];
    private readonly Dictionary<DeviceId, SagaView> _ended = [];

    /// <summary>Takes an identity as it is at its revision. The saga, when it is news; null: it has none, or a newer one is known.</summary>
    public SagaView? Take(DeviceIdentity identity)
    {
        if (ViewOf(identity) is not { } view)
        {
            return null;
        }

        lock (_gate)
        {
            if ((_open.GetValueOrDefault(view.DeviceId) ?? _ended.GetValueOrDefault(view.DeviceId)) is { } known && known.Revision >= view.Revision)
            {
                return null;
            }

            _open.Remove(view.DeviceId);
            _ended.Remove(view.DeviceId);
            if (view.Progress.EndedAt is null)
            {
                Put(_open, view, OpenMax, candidate => (WaitsForPerson(candidate) ? 0 : 1, candidate.Progress.StepSince));
            }
            else
            {
                Put(_ended, view, EndedMax, candidate => (0, -candidate.Progress.EndedAt ?? 0));
            }

            return view;
        }
    }

    /// <summary>Those that wait for a person first, then by how long they have been at their step; after them those that ended, the newest first.</summary>
    public SagaList List()
    {
        lock (_gate)
        {
            return new SagaList(
            [
                .. _open.Values.OrderBy(view => WaitsForPerson(view) ? 0 : 1).ThenBy(view => view.Progress.StepSince).ThenBy(view => view.DeviceId.Value, StringComparer.Ordinal),
                .. _ended.Values.OrderByDescending(view => view.Progress.EndedAt).ThenBy(view => view.DeviceId.Value, StringComparer.Ordinal),
            ]);
        }
    }

    private static SagaView? ViewOf(DeviceIdentity identity) => identity.Saga is not { } saga ? null : new SagaView
    {
        DeviceId = identity.DeviceId,
        Revision = identity.Revision,
        Lifecycle = identity.State,
        HardwareId = identity.HardwareId,
        EnrolmentId = identity.EnrolmentId,
        Progress = saga,
    };

    private static bool WaitsForPerson(SagaView view) => view.Progress.State is SagaState.Stuck or SagaState.Approval;

    private static void Put(Dictionary<DeviceId, SagaView> views, SagaView view, int max, Func<SagaView, (int, long)> rank)
    {
        views[view.DeviceId] = view;
        if (views.Count > max)
        {
            views.Remove(views.Values.MaxBy(rank)!.DeviceId);
        }
    }
}
