using System.Net;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Gateway.Tests.Fakes;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Groups;

public sealed class GroupApiTests
{
    [Fact]
    public async Task A_device_counts_in_its_group_and_in_all_above()
    {
        await using var host = await GatewayHost.StartAsync();
        await RegisterAsync(host, ("a", "oslo/line-2"), ("b", "oslo/line-2"), ("c", "oslo"), ("d", null));
        using var client = host.SignedIn();

        var groups = (await client.CallAsync("GET", "/api/groups")).Body.GetProperty("groups").EnumerateArray()
            .Select(group => (group.GetProperty("path").GetString(), group.GetProperty("id").GetString(), group.GetProperty("devices").GetInt32(), group.GetProperty("members").GetInt32()));

        Assert.Equal([("oslo", "oslo", 3, 1), ("oslo/line-2", "oslo.line-2", 2, 2)], groups);
    }

    [Fact]
    public async Task A_group_is_told_as_its_actor_tells_it_and_one_that_never_was_is_404()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Devices.OnGroup(GroupActorMethods.GetGroup, (id, _) => Group(id.Replace('.', '/'), id == "oslo.line-2" ? 3 : 0));
        using var client = host.SignedIn();

        Assert.Equal("oslo/line-2", (await client.CallAsync("GET", "/api/groups/oslo.line-2")).Text("path"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.CallAsync("GET", "/api/groups/none")).Problem());
        Assert.Equal(HttpStatusCode.NotFound, (await client.CallAsync("GET", "/api/groups/a..b")).Problem());
    }

    [Fact]
    public async Task Members_are_paged_by_the_actor()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Devices.OnGroup(GroupActorMethods.GetMembers, (_, body) => FakeDevices.Read<GroupMembersQuery>(body) is { After.Value: "m", Limit: 5 }
            ? new GroupMembers([DeviceId.Parse("n")], DeviceId.Parse("n"))
            : new GroupMembers([], null));
        using var client = host.SignedIn();

        var page = await client.CallAsync("GET", "/api/groups/oslo/members?after=m&limit=5");

        Assert.Equal(("n", "n"), (page.Body.GetProperty("members")[0].GetString(), page.Text("next")));
        Assert.Empty((await client.CallAsync("GET", "/api/groups/oslo/members")).Body.GetProperty("members").EnumerateArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await client.CallAsync("GET", "/api/groups/oslo/members?limit=1001")).Problem());
        Assert.Equal(HttpStatusCode.BadRequest, (await client.CallAsync("GET", "/api/groups/oslo/members?after=%20")).Problem());
    }

    private static Task<string[]> RegisterAsync(GatewayHost host, params (string Id, string? Group)[] devices) => host.DeliverAsync(
        PubSubTopics.DeviceEvents,
        ContractsJson.Default.RegistrationEvent,
        [.. devices.Select(device => new RegistrationEvent
        {
            DeviceId = DeviceId.Parse(device.Id),
            Registration = new DeviceRegistration { Version = 1 },
            View = View(device.Id, 1, Presence.Online, 5) with { Group = device.Group is null ? null : GroupPath.Parse(device.Group) },
        })]);
}
