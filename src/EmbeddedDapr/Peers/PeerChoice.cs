namespace EmbeddedDapr.Peers;

/// <summary>
/// Which of several live sidecars with the wanted app id are meant. App ids are not unique on a machine: tests run side by side, each with its own <c>app1</c> and
/// <c>app2</c>. Those of the same run (same launcher, same folder) go first, then those with one of the two in common, then the rest; but never one whose run has a sidecar
/// of the caller's own id, for that one has it as its peer.
/// </summary>
internal static class PeerChoice
{
    /// <summary>The candidates to choose from, all equally good; empty: there is none.</summary>
    /// <param name="self">Who asks.</param>
    /// <param name="appId">Whom it wants.</param>
    /// <param name="live">All live sidecars of the machine.</param>
    /// <param name="httpPort">Only the one with this port of the HTTP API; null: any.</param>
    public static IReadOnlyList<PeerRecord> Among(PeerRecord self, string appId, IReadOnlyList<PeerRecord> live, int? httpPort)
    {
        var named = live.Where(peer => peer.AppId == appId && peer.Pid != self.Pid && (httpPort is null || peer.HttpPort == httpPort)).ToList();
        if (httpPort is not null || named.Count == 0)
        {
            return named;
        }

        var otherRuns = live.Where(peer => peer.AppId == self.AppId && peer.Run != self.Run).Select(peer => peer.Run).ToHashSet();
        return named
            .Where(peer => peer.Run == self.Run || !otherRuns.Contains(peer.Run))
            .GroupBy(peer => Distance(self, peer))
            .OrderBy(group => group.Key)
            .Select(group => group.ToList())
            .FirstOrDefault() ?? [];
    }

    private static int Distance(PeerRecord self, PeerRecord peer) => (peer.Launcher == self.Launcher ? 0 : 1) + (peer.Folder == self.Folder ? 0 : 1);
}
