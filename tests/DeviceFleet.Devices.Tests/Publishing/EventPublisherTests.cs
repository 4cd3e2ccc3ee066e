using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Tests.Fakes;
using DeviceFleet.ServiceDefaults.Publishing;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Devices.Tests.Publishing;

public sealed class EventPublisherTests
{
    [Fact]
    public async Task What_gathers_while_a_bulk_call_is_under_way_leaves_in_the_next()
    {
        await using var host = await DevicesHost.StartAsync(settings: new() { ["Publishing:CallsMax"] = "1" });
        var publisher = host.Services.GetRequiredService<EventPublisher<RejectedEvent>>();
        var (entered, gate) = Hold(host);
        var first = publisher.PublishAsync([Event(0)], CancellationToken.None);
        await entered;

        var others = Enumerable.Range(1, 20).Select(i => publisher.PublishAsync([Event(i)], CancellationToken.None)).ToList();
        Assert.False(first.IsCompleted);
        gate.SetResult(true);
        await Task.WhenAll([first, .. others]);

        Assert.Equal([1, 20], host.Runtime.BulkSizes);
        Assert.Equal(Enumerable.Range(0, 21).Select(i => $"{i}"), host.Rejected().Select(refused => refused.Detail));
        Assert.Equal(EventTypes.MessageRejected, host.Runtime.Published.First().Metadata["cloudevent.type"]);
    }

    [Fact]
    public async Task A_bulk_call_is_bounded_and_a_large_message_is_not_split()
    {
        await using var host = await DevicesHost.StartAsync(settings: new() { ["Publishing:BatchMax"] = "10", ["Publishing:CallsMax"] = "1" });
        var publisher = host.Services.GetRequiredService<EventPublisher<RejectedEvent>>();
        var (entered, gate) = Hold(host);
        var first = publisher.PublishAsync([Event(0)], CancellationToken.None);
        await entered;

        var others = Enumerable.Range(1, 5).Select(i => publisher.PublishAsync([Event(i), Event(i), Event(i), Event(i)], CancellationToken.None)).ToList();
        var large = publisher.PublishAsync([.. Enumerable.Range(0, 40).Select(Event)], CancellationToken.None);
        gate.SetResult(true);
        await Task.WhenAll([first, .. others, large]);

        Assert.Equal([1, 12, 48], host.Runtime.BulkSizes);
    }

    [Fact]
    public async Task A_call_that_takes_long_does_not_hold_up_the_next_ones_until_there_are_too_many()
    {
        await using var host = await DevicesHost.StartAsync(settings: new() { ["Publishing:CallsMax"] = "2" });
        var publisher = host.Services.GetRequiredService<EventPublisher<RejectedEvent>>();
        var (entered, gate) = Hold(host);
        var first = publisher.PublishAsync([Event(0)], CancellationToken.None);
        await entered;
        var (secondEntered, secondGate) = Hold(host);
        var second = publisher.PublishAsync([Event(1)], CancellationToken.None);
        await secondEntered;
        var others = Enumerable.Range(2, 5).Select(i => publisher.PublishAsync([Event(i)], CancellationToken.None)).ToList();

        secondGate.SetResult(true);
        await Task.WhenAll([second, .. others]);
        Assert.False(first.IsCompleted);
        gate.SetResult(true);
        await first;

        Assert.Equal(3, host.Runtime.BulkSizes.Count);
    }

    [Fact]
    public async Task A_failed_call_fails_all_that_it_carried_and_nothing_after_it()
    {
        await using var host = await DevicesHost.StartAsync();
        var publisher = host.Services.GetRequiredService<EventPublisher<RejectedEvent>>();
        var (entered, gate) = Hold(host);
        var first = publisher.PublishAsync([Event(0)], CancellationToken.None);
        await entered;
        gate.SetResult(false);

        await Assert.ThrowsAsync<Dapr.DaprException>(() => first);
        host.Runtime.OnBulkPublish = _ => Task.FromResult(true);
        await publisher.PublishAsync([Event(1)], CancellationToken.None);

        Assert.Equal("1", Assert.Single(host.Rejected()).Detail);
    }

    [Fact]
    public async Task A_call_without_an_answer_fails_in_time()
    {
        await using var host = await DevicesHost.StartAsync();
        var publisher = host.Services.GetRequiredService<EventPublisher<RejectedEvent>>();
        var (entered, gate) = Hold(host);
        var first = publisher.PublishAsync([Event(0)], CancellationToken.None);
        await entered;

        host.Time.Advance(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAnyAsync<Exception>(() => first.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(first.IsFaulted || first.IsCanceled);
        gate.SetResult(true);
    }

    [Fact]
    public async Task What_waits_when_the_service_stops_is_still_published()
    {
        await using var host = await DevicesHost.StartAsync();
        var publisher = host.Services.GetRequiredService<EventPublisher<RejectedEvent>>();
        var (entered, gate) = Hold(host);
        var first = publisher.PublishAsync([Event(0)], CancellationToken.None);
        await entered;
        var second = publisher.PublishAsync([Event(1)], CancellationToken.None);

        var stopping = publisher.StopAsync(CancellationToken.None);
        gate.SetResult(true);
        await Task.WhenAll(stopping, first, second);

        Assert.Equal(2, host.Events(PubSubTopics.Rejected, ContractsJson.Default.RejectedEvent).Count);
    }

    private static (Task Entered, TaskCompletionSource<bool> Gate) Hold(DevicesHost host)
    {
        var gate = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Runtime.OnBulkPublish = _ =>
        {
            entered.TrySetResult();
            return gate.Task;
        };
        return (entered.Task, gate);
    }

    private static RejectedEvent Event(int number) => new() { Reason = RejectionReasons.Malformed, Detail = $"{number}", At = 1, By = "devices" };
}
