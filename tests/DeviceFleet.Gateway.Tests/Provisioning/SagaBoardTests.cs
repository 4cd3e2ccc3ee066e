using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Gateway.Provisioning;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Provisioning;

public sealed class SagaBoardTests
{
    private readonly SagaBoard _board = new();

    [Fact]
    public void Those_that_wait_for_a_person_come_first_then_those_that_wait_longest()
    {
        _board.Take(Identity("young", 1, SagaState.Running, since: 9));
        _board.Take(Identity("old", 1, SagaState.Running, since: 2));
        _board.Take(Identity("stuck", 1, SagaState.Stuck, since: 8));
        _board.Take(Identity("asks", 1, SagaState.Approval, since: 7));
        _board.Take(Identity("done", 1, SagaState.Done, LifecycleState.Active));

        Assert.Equal(["asks", "stuck", "old", "young", "done"], Shown());
    }

    [Fact]
    public void The_newest_revision_wins_whatever_order_events_come_in()
    {
        Assert.NotNull(_board.Take(Identity("a", 5, SagaState.Done)));

        Assert.Null(_board.Take(Identity("a", 4, SagaState.Running)));
        Assert.Null(_board.Take(Identity("a", 5, SagaState.Done)));

        Assert.Equal(SagaState.Done, Assert.Single(_board.List().Sagas).Progress.State);
    }

    [Fact]
    public void An_identity_that_never_had_a_saga_is_not_shown()
    {
        Assert.Null(_board.Take(Identity("a", 5, saga: null, LifecycleState.Active)));
        Assert.Empty(_board.List().Sagas);
    }

    [Fact]
    public void Of_ended_ones_the_newest_are_remembered()
    {
        for (var i = 0; i < SagaBoard.EndedMax + 50; i++)
        {
            _board.Take(Identity($"d{i}", 1, SagaState.Done, since: i));
        }

        Assert.Equal(SagaBoard.EndedMax, _board.List().Sagas.Count);
        Assert.Equal("d249", Shown()[0]);
        Assert.Equal("d50", Shown()[^1]);
    }

    [Fact]
    public void A_new_saga_of_a_device_takes_the_place_of_its_last_one()
    {
        _board.Take(Identity("a", 1, SagaState.Compensated));
        _board.Take(Identity("a", 2, SagaState.Running));

        Assert.Equal(SagaState.Running, Assert.Single(_board.List().Sagas).Progress.State);
    }

    private string[] Shown() => [.. _board.List().Sagas.Select(saga => saga.DeviceId.Value)];
}
