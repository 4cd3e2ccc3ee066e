using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Commands;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Commands;

public sealed class CommandBoardTests
{
    private readonly CommandBoard _board = new();

    [Fact]
    public void A_command_never_moves_back()
    {
        Assert.True(_board.Take(Command("a", "c1", CommandState.Acknowledged)));
        Assert.False(_board.Take(Command("a", "c1", CommandState.Delivered)));
        Assert.False(_board.Take(Command("a", "c1", CommandState.Acknowledged)));

        Assert.Equal(CommandState.Acknowledged, _board.Newest(Command("a", "c1", CommandState.Queued)).State);
    }

    [Fact]
    public void Commands_of_two_devices_with_one_id_are_two()
    {
        _board.Take(Command("a", "c1", CommandState.Succeeded));

        Assert.Equal(CommandState.Queued, _board.Newest(Command("b", "c1", CommandState.Queued)).State);
    }

    [Fact]
    public void No_more_commands_are_remembered_than_the_bound()
    {
        for (var i = 0; i <= CommandBoard.RememberedMax; i++)
        {
            _board.Take(Command("a", $"c{i}", CommandState.Succeeded));
        }

        Assert.Equal(CommandState.Queued, _board.Newest(Command("a", "c0", CommandState.Queued)).State);
        Assert.Equal(CommandState.Succeeded, _board.Newest(Command("a", "c1", CommandState.Queued)).State);
    }

    [Fact]
    public void No_more_wait_than_the_bound_and_who_leaves_makes_room()
    {
        var waits = Enumerable.Range(0, CommandBoard.WaitersMax).Select(_ => _board.Begin(Command("a", "c1", CommandState.Queued))!).ToList();
        Assert.Null(_board.Begin(Command("a", "c1", CommandState.Queued)));

        waits[0].Dispose();
        waits[0].Dispose();

        Assert.NotNull(_board.Begin(Command("a", "c2", CommandState.Queued)));
        Assert.Null(_board.Begin(Command("a", "c2", CommandState.Queued)));
    }

    [Fact]
    public void Everybody_who_waits_hears_of_the_end_whenever_they_came() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 4]).List[1, 40].Sample(
            steps =>
            {
                var board = new CommandBoard();
                var ended = new HashSet<int>();
                List<(int Command, CommandWait Wait)> waits = [];
                foreach (var (kind, command) in steps)
                {
                    switch (kind)
                    {
                        case 0:
                            waits.Add((command, board.Begin(Command("a", $"c{command}", CommandState.Queued))!));
                            break;
                        case 1:
                            board.Take(Command("a", $"c{command}", CommandState.Delivered));
                            break;
                        default:
                            board.Take(Command("a", $"c{command}", CommandState.Succeeded));
                            ended.Add(command);
                            break;
                    }

                    Assert.All(waits, wait => Assert.Equal(ended.Contains(wait.Command), wait.Wait.Ended.IsCompleted));
                }
            },
            iter: 1_000);
}
