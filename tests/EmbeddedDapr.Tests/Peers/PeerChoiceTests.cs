using EmbeddedDapr.Peers;

namespace EmbeddedDapr.Tests.Peers;

public sealed class PeerChoiceTests
{
    private static readonly PeerRecord Self = Peer("app1", pid: 1, launcher: 10, folder: "/a");

    [Fact]
    public void Every_replica_of_the_own_run_is_as_good_as_another()
    {
        PeerRecord[] replicas = [Peer("app2", 2, 10, "/a"), Peer("app2", 3, 10, "/a")];

        Assert.Equal(replicas, PeerChoice.Among(Self, "app2", [Self, .. replicas, Peer("app3", 4, 10, "/a")], null));
    }

    [Fact]
    public void The_nearest_run_goes_first()
    {
        var near = Peer("app2", 2, 10, "/b");
        var far = Peer("app2", 3, 20, "/c");

        Assert.Equal([near], PeerChoice.Among(Self, "app2", [Self, far, near], null));
        Assert.Equal([far], PeerChoice.Among(Self, "app2", [Self, far], null));
    }

    [Fact]
    public void A_run_that_has_a_sidecar_of_the_callers_own_id_is_another_test()
    {
        PeerRecord[] other = [Peer("app1", 5, 20, "/c"), Peer("app2", 6, 20, "/c")];

        Assert.Empty(PeerChoice.Among(Self, "app2", [Self, .. other], null));
    }

    [Fact]
    public void A_port_that_was_named_decides_alone()
    {
        var named = Peer("app2", 6, 20, "/c") with { HttpPort = 3501 };

        Assert.Equal([named], PeerChoice.Among(Self, "app2", [Self, Peer("app2", 2, 10, "/a"), named, Peer("app1", 5, 20, "/c")], 3501));
    }

    private static PeerRecord Peer(string appId, int pid, int launcher, string folder) =>
        new() { AppId = appId, Pid = pid, Launcher = launcher, Folder = folder, Port = 1, Token = "t" };
}
