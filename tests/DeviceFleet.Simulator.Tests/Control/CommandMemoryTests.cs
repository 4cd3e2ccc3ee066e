using System.Globalization;
using DeviceFleet.Simulator.Control;

namespace DeviceFleet.Simulator.Tests.Control;

public sealed class CommandMemoryTests
{
    private readonly CommandMemory _memory = new();

    [Fact]
    public void A_command_that_comes_again_is_the_same_one()
    {
        var first = _memory.Recall("c-1", out var wasNew);
        var again = _memory.Recall("c-1", out var isNew);

        Assert.Same(first, again);
        Assert.Equal((true, false), (wasNew, isNew));
    }

    [Fact]
    public void The_last_thousand_are_remembered()
    {
        for (var i = 0; i <= CommandMemory.CommandsMax; i++)
        {
            _memory.Recall(i.ToString(CultureInfo.InvariantCulture), out _);
        }

        Assert.False(_memory.Knows("0"));
        Assert.True(_memory.Knows("1"));
        Assert.True(_memory.Knows("1000"));
    }

    [Fact]
    public void Answers_stay_until_they_are_acknowledged_in_the_order_of_their_commands()
    {
        var (first, second, third) = (_memory.Recall("1", out _), _memory.Recall("2", out _), _memory.Recall("3", out _));
        _memory.Recall("at-work", out _);
        third.Answer = first.Answer = second.Answer = [1];
        second.IsAcknowledged = true;

        Assert.Equal(["1", "3"], _memory.Unacknowledged.Select(command => command.Id));
    }
}
