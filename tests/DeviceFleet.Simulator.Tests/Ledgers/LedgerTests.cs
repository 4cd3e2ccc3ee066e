using DeviceFleet.Contracts.Devices;
using DeviceFleet.Simulator.Ledgers;

namespace DeviceFleet.Simulator.Tests.Ledgers;

public sealed class LedgerTests : IDisposable
{
    private static readonly DeviceId Device = DeviceId.Parse("sim-0001");

    private readonly string _folder = Directory.CreateTempSubdirectory("ledger-").FullName;

    private string FilePath => Path.Combine(_folder, "ledger.txt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Lines_have_the_documented_form_and_are_in_the_file_at_once()
    {
        using var writer = LedgerWriter.Open(FilePath);
        writer.Sent(Device, 1780000000000, 0);
        writer.Acked(Device, 1780000000000, 0);
        writer.Failed(Device, 1780000000000, 1);

        using var file = new StreamReader(new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Equal("sent sim-0001 1780000000000 0\nacked sim-0001 1780000000000 0\nfailed sim-0001 1780000000000 1\n", file.ReadToEnd());
    }

    [Fact]
    public void Reading_gives_the_sets_also_while_it_is_written()
    {
        using var writer = LedgerWriter.Open(FilePath);
        writer.Sent(Device, 5, 0);
        writer.Sent(Device, 5, 1);
        writer.Acked(Device, 5, 1);

        var ledger = Ledger.Read(FilePath);

        Assert.Equal(2, ledger.Sent.Count);
        Assert.Equal(new SampleKey(Device, 5, 1), Assert.Single(ledger.Acked));
        Assert.Empty(ledger.Failed);
    }

    [Fact]
    public void A_line_cut_off_by_a_kill_is_ignored_and_a_later_run_does_not_complete_it()
    {
        File.WriteAllText(FilePath, "sent sim-0001 5 0\nacked sim-0001 5 1");
        Assert.Empty(Ledger.Read(FilePath).Acked);

        using (var writer = LedgerWriter.Open(FilePath))
        {
            writer.Sent(Device, 6, 0);
        }

        Assert.Equal("sent sim-0001 5 0\nsent sim-0001 6 0\n", File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_file_without_one_whole_line_starts_over()
    {
        File.WriteAllText(FilePath, new string('x', 10_000));

        LedgerWriter.Open(FilePath).Dispose();

        Assert.Empty(File.ReadAllText(FilePath));
    }

    [Theory]
    [InlineData("seen sim-0001 5 0\n")]
    [InlineData("sent sim-0001 5\n")]
    [InlineData("sent sim-0001 5 -1\n")]
    [InlineData("sent /x 5 1\n")]
    [InlineData("sent sim-0001 5 0 6\n")]
    public void A_whole_line_of_another_form_is_an_error_that_names_it(string text)
    {
        var error = Assert.Throws<InvalidDataException>(() => Ledger.Parse("sent sim-0001 5 0\n" + text));

        Assert.Contains("Line 2", error.Message, StringComparison.Ordinal);
    }
}
