using DeviceFleet.Contracts.Devices;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Simulator.Tests.Provisioning;

public sealed class IdentityStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("identities-").FullName;

    private string FilePath => Path.Combine(_folder, "identities.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_stored_is_in_the_file_at_once_and_its_owners_only()
    {
        using var store = IdentityStore.Open(FilePath);

        await store.StoreAsync(Identity("hw-1", "s1"), CancellationToken.None);

        Assert.Equal([Identity("hw-1", "s1")], IdentityFile.Read(FilePath));
        Assert.Equal("""{"hardwareId":"hw-1","deviceId":"dev-hw-1","secret":"s1"}""" + '\n', await File.ReadAllTextAsync(FilePath));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        }
    }

    [Fact]
    public async Task The_last_line_of_a_hardware_holds_and_the_one_before_is_kept_to_go_back_to()
    {
        using (var store = IdentityStore.Open(FilePath))
        {
            foreach (var secret in new[] { "s1", "s2", "s2", "s3" })
            {
                await store.StoreAsync(Identity("hw-1", secret), CancellationToken.None);
            }
        }

        using var again = IdentityStore.Open(FilePath);

        Assert.Equal(new KeptIdentity(Identity("hw-1", "s3"), Identity("hw-1", "s2")), again.Find("hw-1"));
        Assert.Equal(Identity("hw-1", "s3"), IdentityFile.ReadLatest(FilePath)["hw-1"]);
        Assert.Null(again.Find("hw-2"));
    }

    [Fact]
    public async Task A_line_that_a_kill_cut_off_is_removed_and_the_next_one_is_whole()
    {
        IdentityFile.Write(FilePath, [Identity("hw-1", "s1")]);
        await File.AppendAllTextAsync(FilePath, """{"hardwareId":"hw-2","dev""");
        Assert.Single(IdentityFile.Read(FilePath));

        using (var store = IdentityStore.Open(FilePath))
        {
            await store.StoreAsync(Identity("hw-3", "s3"), CancellationToken.None);
        }

        Assert.Equal(["hw-1", "hw-3"], IdentityFile.Read(FilePath).Select(identity => identity.HardwareId));
    }

    [Theory]
    [InlineData("""{"hardwareId":"h","deviceId":"d","secret":"very secret"}x""")]
    [InlineData("""{"hardwareId":"h","deviceId":"d"}""")]
    [InlineData("""{"hardwareId":"h","deviceId":"a/b","secret":"very secret"}""")]
    [InlineData("""{"hardwareId":"h","deviceId":"d","secret":""}""")]
    [InlineData("null")]
    public void A_line_that_is_no_identity_is_told_by_its_number_and_not_repeated(string line)
    {
        File.WriteAllText(FilePath, """{"hardwareId":"h","deviceId":"d","secret":"s"}""" + "\n\n" + line + "\n");

        var fault = Assert.Throws<InvalidDataException>(() => IdentityStore.Open(FilePath));

        Assert.Contains("Line 3", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very secret", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_at_once_are_all_there()
    {
        using (var store = IdentityStore.Open(FilePath))
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => store.StoreAsync(Identity($"hw-{i}", "s"), CancellationToken.None))));
        }

        Assert.Equal(200, IdentityFile.ReadLatest(FilePath).Count);
    }

    [Fact]
    public void An_identity_as_text_holds_no_secret() => Assert.DoesNotContain("s1", Identity("hw", "s1").ToString(), StringComparison.Ordinal);

    private static SimulatorIdentity Identity(string hardwareId, string secret) =>
        new() { HardwareId = hardwareId, DeviceId = DeviceId.Parse("dev-" + hardwareId), Secret = secret };
}
