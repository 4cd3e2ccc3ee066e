using System.Net;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Gateway.Tests.Fakes;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Commands;

public sealed class CommandApiTests
{
    private const string Path = "/api/devices/pump-1/commands";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_command_is_asked_for_with_all_that_was_said()
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn("operator", "ada");

        var answer = await client.CallAsync(
            "POST", Path, """{"name":"reboot","args":{"delay":3},"expiresInSeconds":90,"timeoutSeconds":0.5}""", headers: ("Idempotency-Key", "k-1"));

        var request = host.Devices.Last<CommandRequest>(DeviceActorMethods.SendCommand);
        Assert.Equal((HttpStatusCode.Accepted, "/api/devices/pump-1/commands/c1"), (answer.Status, answer.Location?.ToString()));
        Assert.Equal(("reboot", "k-1", 90_000L, 500L, "ada", host.Now), (request.Name, request.Key, request.ExpiresInMs, request.TimeoutMs, request.By, request.At));
        Assert.Equal("""{"delay":3}""", request.Args?.GetRawText());
    }

    [Fact]
    public async Task Who_waits_is_answered_as_soon_as_the_command_has_ended()
    {
        await using var host = await StartAsync();
        var sent = Asked(host);
        using var client = host.SignedIn("operator");

        var waiting = client.CallAsync("POST", Path + "?wait=30", """{"name":"reboot"}""");
        await sent.WaitAsync(Patience);
        await DeliverAsync(host, CommandState.Delivered);
        await DeliverAsync(host, CommandState.Succeeded);
        var answer = await waiting.WaitAsync(Patience);

        Assert.Equal((HttpStatusCode.OK, "succeeded"), (answer.Status, answer.Text("state")));
    }

    [Fact]
    public async Task An_end_that_is_told_before_the_answer_of_the_turn_is_not_missed()
    {
        await using var host = await StartAsync();
        await DeliverAsync(host, CommandState.Failed);
        using var client = host.SignedIn("operator");

        var answer = await client.CallAsync("POST", Path + "?wait=30", """{"name":"reboot"}""");

        Assert.Equal((HttpStatusCode.OK, "failed"), (answer.Status, answer.Text("state")));
    }

    [Fact]
    public async Task Who_waits_in_vain_is_told_where_to_look()
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice(DeviceActorMethods.GetCommands, _ => new CommandList([Command("pump-1", "c1", CommandState.Delivered)]));
        using var client = host.SignedIn("operator");
        var sent = Asked(host);

        var waiting = client.CallAsync("POST", Path + "?wait=3", """{"name":"reboot"}""");
        await sent.WaitAsync(Patience);
        var answer = await AdvanceUntilAsync(host, waiting);

        Assert.Equal((HttpStatusCode.Accepted, "delivered", Path + "/c1"), (answer.Status, answer.Text("state"), answer.Location?.ToString()));
    }

    [Fact]
    public async Task An_end_whose_event_does_not_come_is_found_by_asking()
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice(DeviceActorMethods.GetCommands, _ => new CommandList([Command("pump-1", "c1", CommandState.Expired)]));
        using var client = host.SignedIn("operator");
        var sent = Asked(host);

        var waiting = client.CallAsync("POST", Path + "?wait=30", """{"name":"reboot"}""");
        await sent.WaitAsync(Patience);
        var answer = await AdvanceUntilAsync(host, waiting);

        Assert.Equal((HttpStatusCode.OK, "expired"), (answer.Status, answer.Text("state")));
    }

    [Fact]
    public async Task The_same_key_again_is_the_same_command_and_with_other_content_a_conflict()
    {
        await using var host = await StartAsync();
        var first = Command("pump-1", "c1", CommandState.Succeeded, key: "k");
        host.Devices.OnDevice<CommandRequest, ChangeReply<DeviceCommand>>(
            DeviceActorMethods.SendCommand, (_, request) => Reply(request.Name == "reboot" ? ChangeOutcome.Unchanged : ChangeOutcome.Conflict, first));
        using var client = host.SignedIn("operator");

        var again = await client.CallAsync("POST", Path, """{"name":"reboot"}""", headers: ("Idempotency-Key", "k"));
        var other = await client.CallAsync("POST", Path, """{"name":"stop"}""", headers: ("Idempotency-Key", "k"));

        Assert.Equal((HttpStatusCode.OK, "c1"), (again.Status, again.Text("id")));
        Assert.Equal(HttpStatusCode.Conflict, other.Problem());
    }

    [Theory]
    [InlineData("?wait=31", """{"name":"reboot"}""")]
    [InlineData("?wait=-1", """{"name":"reboot"}""")]
    [InlineData("", """{"nam":"reboot"}""")]
    [InlineData("", """{"name":"reboot","expiresInSeconds":0}""")]
    [InlineData("", """{"name":"reboot","timeoutSeconds":86401}""")]
    [InlineData("", """{"name":"reboot","timeoutSeconds":"soon"}""")]
    public async Task What_is_out_of_bounds_is_refused_before_the_device_is_asked(string query, string body)
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn("operator");

        Assert.Equal(HttpStatusCode.BadRequest, (await client.CallAsync("POST", Path + query, body)).Problem());
        Assert.DoesNotContain(host.Devices.Calls, call => call.Method == DeviceActorMethods.SendCommand);
    }

    [Fact]
    public async Task A_key_is_of_bounded_length()
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn("operator");

        Assert.Equal(HttpStatusCode.BadRequest, (await client.CallAsync("POST", Path, """{"name":"a"}""", headers: ("Idempotency-Key", new string('k', 129)))).Problem());
    }

    [Theory]
    [InlineData(ChangeOutcome.Full, HttpStatusCode.Conflict)]
    [InlineData(ChangeOutcome.Invalid, HttpStatusCode.BadRequest)]
    public async Task A_refusal_of_the_device_is_told_in_its_words(ChangeOutcome outcome, HttpStatusCode status)
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice<CommandRequest, ChangeReply<DeviceCommand>>(DeviceActorMethods.SendCommand, (_, _) => Reply<DeviceCommand>(outcome, null, "Words."));
        using var client = host.SignedIn("operator");

        var answer = await client.CallAsync("POST", Path, """{"name":"reboot"}""");

        Assert.Equal((status, "Words."), (answer.Problem(), answer.Text("detail")));
    }

    [Fact]
    public async Task Commands_are_listed_read_and_taken_back()
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice(
            DeviceActorMethods.GetCommands, _ => new CommandList([Command("pump-1", "c2", CommandState.Queued, number: 2), Command("pump-1", "c1", CommandState.Delivered)]));
        host.Devices.OnDevice<CommandCancel, ChangeReply<DeviceCommand>>(
            DeviceActorMethods.CancelCommand,
            (_, cancel) => cancel.CommandId == "c2"
                ? Reply(ChangeOutcome.Applied, Command("pump-1", "c2", CommandState.Cancelled))
                : Reply(cancel.CommandId == "c1" ? ChangeOutcome.Conflict : ChangeOutcome.NotFound, (DeviceCommand?)null));
        using var client = host.SignedIn("operator", "ada");

        Assert.Equal(2, (await client.CallAsync("GET", Path)).Body.GetProperty("commands").GetArrayLength());
        Assert.Equal("delivered", (await client.CallAsync("GET", Path + "/c1")).Text("state"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.CallAsync("GET", Path + "/c9")).Problem());
        Assert.Equal("cancelled", (await client.CallAsync("POST", Path + "/c2/cancel")).Text("state"));
        Assert.Equal("ada", host.Devices.Last<CommandCancel>(DeviceActorMethods.CancelCommand).By);
        Assert.Equal(HttpStatusCode.Conflict, (await client.CallAsync("POST", Path + "/c1/cancel")).Problem());
        Assert.Equal(HttpStatusCode.NotFound, (await client.CallAsync("POST", Path + "/c9/cancel")).Problem());
    }

    private static async Task<GatewayHost> StartAsync()
    {
        var host = await GatewayHost.StartAsync();
        await host.DeliverAsync(Telemetry("pump-1", 1, host.Now));
        host.Devices.OnDevice<CommandRequest, ChangeReply<DeviceCommand>>(
            DeviceActorMethods.SendCommand, (id, request) => Reply(ChangeOutcome.Applied, Command(id, "c1", CommandState.Queued, request.Name)));
        return host;
    }

    /// <summary>Ends when the actor was asked for the command.</summary>
    private static Task Asked(GatewayHost host)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Devices.OnDevice<CommandRequest, ChangeReply<DeviceCommand>>(DeviceActorMethods.SendCommand, (id, request) =>
        {
            asked.TrySetResult();
            return Reply(ChangeOutcome.Applied, Command(id, "c1", CommandState.Queued, request.Name));
        });
        return asked.Task;
    }

    private static Task<string[]> DeliverAsync(GatewayHost host, CommandState state) =>
        host.DeliverAsync(PubSubTopics.DeviceEvents, ContractsJson.Default.CommandEvent, CommandChange(Command("pump-1", "c1", state)));

    /// <summary>Between the actor's answer and the arming of the wait nothing can be waited for, so the clock goes on until the request is answered.</summary>
    private static async Task<RestAnswer> AdvanceUntilAsync(GatewayHost host, Task<RestAnswer> waiting)
    {
        while (!waiting.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(waiting, Task.Run(() => { }));
        }

        return await waiting;
    }
}
