namespace DeviceFleet.Workflows.Replay;

/// <summary>Which changes of its code an instance follows. A decision holds for the whole run and is the same in every replay.</summary>
internal sealed class PatchLedger
{
    private readonly HashSet<string> _recorded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _decided = new(StringComparer.Ordinal);
    private readonly List<string> _followed = [];

    /// <summary>Every positive answer of this run, in its order, repeated as often as it was given. The sidecar compares it with what it has recorded.</summary>
    public IReadOnlyList<string> Followed => _followed;

    public void Record(IEnumerable<string> patches) => _recorded.UnionWith(patches);

    public bool IsFollowed(string patch, bool isReplaying)
    {
        if (!_decided.TryGetValue(patch, out var followed))
        {
            followed = _recorded.Contains(patch) || !isReplaying;
            _decided.Add(patch, followed);
        }

        if (followed)
        {
            _followed.Add(patch);
        }

        return followed;
    }
}
