using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Devices.Tests.Actors;

/// <summary>Registration through the SDK.</summary>
public sealed class RegistrationTurnTests
{
    [Fact]
    public async Task A_registration_makes_a_device_known_and_is_told()
    {
        await using var host = await DevicesHost.StartAsync();

        var reply = await WriteAsync(host, new() { SetType = true, Type = "pump", Tags = new Dictionary<string, string?> { ["floor"] = "3" }, By = "ann", At = Now(host) });

        Assert.Equal((ChangeOutcome.Applied, 1L), (reply.Outcome, reply.Value!.Version));
        var view = await host.ViewAsync("pump-1");
        Assert.Equal((Presence.Unknown, "pump", 1L, 1L), (view.Presence, view.Type, view.RegistrationVersion, view.Revision));
        var told = Assert.Single(host.Events(PubSubTopics.DeviceEvents, ContractsJson.Default.RegistrationEvent));
        Assert.Equivalent(view, told.View);
    }

    [Fact]
    public async Task What_is_refused_or_unchanged_writes_nothing()
    {
        await using var host = await DevicesHost.StartAsync();
        await WriteAsync(host, new() { SetType = true, Type = "pump", By = "ann", At = Now(host) });
        var before = host.Runtime.Transactions;

        var same = await WriteAsync(host, new() { SetType = true, Type = "pump", By = "ann", At = Now(host) });
        var stale = await WriteAsync(host, new() { SetType = true, Type = "valve", IfVersion = 0, By = "ann", At = Now(host) });
        var wrong = await WriteAsync(host, new() { SetType = true, Type = "a valve", By = "ann", At = Now(host) });

        Assert.Equal([ChangeOutcome.Unchanged, ChangeOutcome.Conflict, ChangeOutcome.Invalid], [same.Outcome, stale.Outcome, wrong.Outcome]);
        Assert.Equal(before, host.Runtime.Transactions);
    }

    private static Task<ChangeReply<DeviceRegistration>> WriteAsync(DevicesHost host, RegistrationWrite write) =>
        host.Services.GetRequiredService<DeviceActors>().WriteRegistrationAsync(DeviceId.Parse("pump-1"), write, CancellationToken.None);

    private static long Now(DevicesHost host) => host.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
