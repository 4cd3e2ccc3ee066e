using DeviceFleet.Contracts.Devices;
using DeviceFleet.Simulator.Ledgers;

namespace DeviceFleet.Simulator.Tests.Ledgers;

public sealed class CommandLedgerTests : IDisposable
{
    private static readonly DeviceId Device = DeviceId.Parse("sim-0001");

    private readonly string _folder = Directory.CreateTempSubdirectory("ledger-").FullName;

    private string FilePath => Path.Combine(_folder, "commands.txt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Executions_are_in_the_file_at_once_in_order_and_a_second_one_of_a_command_is_not_hidden()
    {
        using var writer = LedgerWriter.Open(FilePath);
        writer.Executed(Device, 5, "c-1");
        writer.Executed(Device, 5, "c-2");
        writer.Executed(Device, 6, "c-1");

        Assert.Equal(
            [new ExecutedCommand(Device, 5, "c-1"), new ExecutedCommand(Device, 5, "c-2"), new ExecutedCommand(Device, 6, "c-1")], CommandLedger.Read(FilePath));
    }

    [Fact]
    public void A_line_cut_off_by_a_kill_is_ignored()
    {
        File.WriteAllText(FilePath, "executed sim-0001 5 c-1\nexecuted sim-0001 5 c-");

        Assert.Equal("c-1", Assert.Single(CommandLedger.Read(FilePath)).CommandId);
    }

    [Theory]
    [InlineData("sent sim-0001 5 c-1\n")]
    [InlineData("executed sim-0001 5\n")]
    [InlineData("executed /x 5 c-1\n")]
    public void A_whole_line_of_another_form_is_an_error(string text)
    {
        File.WriteAllText(FilePath, text);

        Assert.Throws<InvalidDataException>(() => CommandLedger.Read(FilePath));
    }
}
