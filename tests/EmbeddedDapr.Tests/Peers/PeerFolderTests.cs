using EmbeddedDapr.Peers;

namespace EmbeddedDapr.Tests.Peers;

public sealed class PeerFolderTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "peers-" + Path.GetRandomFileName());

    public void Dispose()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    [Fact]
    public void A_sidecar_is_seen_as_long_as_it_is_registered()
    {
        var folder = PeerFolder.Open(_path)!;
        using (folder.Add(Record("app1")))
        {
            Assert.Equal(["app1"], PeerFolder.Open(_path)!.ReadLive().Select(peer => peer.AppId));
        }

        Assert.Empty(folder.ReadLive());
        Assert.Empty(Directory.GetFiles(_path));
    }

    [Fact]
    public void What_a_killed_process_left_behind_is_removed()
    {
        var folder = PeerFolder.Open(_path)!;
        using var live = folder.Add(Record("app1"));
        var kept = Directory.GetFiles(_path).Order().ToList();
        File.Copy(kept.Single(file => file.EndsWith(".json", StringComparison.Ordinal)), Path.Combine(_path, "99-dead.json"));
        File.WriteAllText(Path.Combine(_path, "99-dead.lock"), string.Empty);
        File.WriteAllText(Path.Combine(_path, "98-half.json"), "{");

        Assert.Single(folder.ReadLive());
        Assert.Equal(kept, Directory.GetFiles(_path).Order());
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_folder_that_others_may_write_is_not_used()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are Unix's.");
        Directory.CreateDirectory(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);

        Assert.Null(PeerFolder.Open(_path));
    }

    private static PeerRecord Record(string appId) => new() { AppId = appId, Pid = 1, Port = 2, Token = "t" };
}
