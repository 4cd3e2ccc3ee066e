using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Commands;

namespace DeviceFleet.Devices.Tests.Commands;

public sealed class CommandBookTests
{
    private const long Now = 1_700_000_000_000;

    private static readonly DeviceId Pump = DeviceId.Parse("pump-1");

    [Fact]
    public void A_command_goes_the_whole_way()
    {
        var (queued, sent) = CommandBook.Empty.Send(Pump, Request("open") with { Args = Json("""{"to":5}"""), ExpiresInMs = 1_000, TimeoutMs = 2_000 });
        var id = sent.Command!.Id;
        var (delivered, _) = queued.Deliver(id, Now + 10);
        var (acknowledged, _) = delivered.Answer(new CommandAnswer { Accepted = true, CommandId = id }, Now + 20);
        var (ended, result) = acknowledged.Answer(new CommandAnswer { Ok = true, Result = Json("7"), CommandId = id }, Now + 30);

        Assert.Equal($"{Now:x}-1", id);
        Assert.Equal([Now + 1_000, Now + 2_010, Now + 2_010, null], new[] { queued, delivered, acknowledged, ended }.Select(book => book.NextDue));
        var command = result.Command!;
        Assert.Equal((CommandState.Succeeded, Now + 10, Now + 20, Now + 30), (command.State, command.DeliveredAt!.Value, command.AcknowledgedAt!.Value, command.EndedAt!.Value));
        Assert.Equal(("7", 1), (command.Result!.Value.GetRawText(), command.Deliveries));
        Assert.Empty(ended.Open);
    }

    [Fact]
    public void A_key_that_is_known_names_the_command_that_is_there()
    {
        var request = Request("open") with { Key = "k", Args = Json("""{"a":1,"b":2}""") };
        var (book, first) = CommandBook.Empty.Send(Pump, request);

        var (same, again) = book.Send(Pump, request with { Args = Json("""{"b":2,"a":1.0}"""), At = Now + 5, TimeoutMs = 9 });
        var (_, other) = book.Send(Pump, request with { Args = null });

        Assert.Equal((ChangeOutcome.Unchanged, first.Command), (again.Outcome, again.Command));
        Assert.Equal((ChangeOutcome.Conflict, first.Command), (other.Outcome, other.Command));
        Assert.Same(book, same);
    }

    [Fact]
    public void A_key_holds_after_the_command_has_ended()
    {
        var (book, sent) = CommandBook.Empty.Send(Pump, Request("open") with { Key = "k" });
        var (ended, _) = book.Answer(new CommandAnswer { Ok = false, Error = "stuck", CommandId = sent.Command!.Id }, Now);

        var (_, again) = ended.Send(Pump, Request("open") with { Key = "k" });

        Assert.Equal((ChangeOutcome.Unchanged, CommandState.Failed, "stuck"), (again.Outcome, again.Command!.State, again.Command.Error));
    }

    [Fact]
    public void What_was_delivered_and_not_answered_is_delivered_again_before_what_waits()
    {
        var book = CommandBook.Empty;
        for (var i = 0; i < 4; i++)
        {
            book = book.Send(Pump, Request($"c{i}")).Next;
        }

        var ids = book.Open.Select(command => command.Id).ToArray();
        book = book.Deliver(ids[0], Now).Next.Deliver(ids[1], Now).Next.Deliver(ids[2], Now).Next;
        book = book.Answer(new CommandAnswer { Accepted = true, CommandId = ids[1] }, Now).Next;
        Assert.Equal([ids[3]], book.Undelivered.Select(command => command.Id));

        var back = book.Reconnect();

        Assert.Equal([ids[0], ids[2], ids[3]], back.Undelivered.Select(command => command.Id));
        Assert.Equal(3, back.ToDigest().Undelivered);
        var (next, again) = back.Deliver(ids[0], Now + 500);
        Assert.Equal((2, Now, CommandState.Delivered), (again.Deliveries, again.DeliveredAt!.Value, again.State));
        Assert.Equal([ids[2], ids[3]], next.Undelivered.Select(command => command.Id));
    }

    [Fact]
    public void An_answer_may_come_before_its_delivery_is_noted()
    {
        var (book, sent) = CommandBook.Empty.Send(Pump, Request("open"));

        var (_, result) = book.Answer(new CommandAnswer { Ok = true, CommandId = sent.Command!.Id }, Now + 7);

        Assert.Equal((CommandState.Succeeded, Now + 7, 1), (result.Command!.State, result.Command.DeliveredAt!.Value, result.Command.Deliveries));
    }

    [Fact]
    public void The_same_answer_again_changes_nothing_and_another_one_is_refused()
    {
        var (book, sent) = CommandBook.Empty.Send(Pump, Request("open"));
        var answer = new CommandAnswer { Ok = false, Result = Json("[1]"), Error = new string('x', 600), CommandId = sent.Command!.Id };
        var (ended, _) = book.Answer(answer, Now);

        var (_, same) = ended.Answer(answer, Now + 1);
        var (_, late) = ended.Answer(new CommandAnswer { Accepted = true, CommandId = sent.Command.Id }, Now + 1);
        var (_, other) = ended.Answer(answer with { Ok = true }, Now + 1);
        var (_, unknown) = ended.Answer(answer with { CommandId = "nope" }, Now + 1);

        Assert.Equal((ChangeOutcome.Unchanged, ChangeOutcome.Unchanged), (same.Outcome, late.Outcome));
        Assert.Equal((ChangeOutcome.Conflict, RejectionReasons.NoSuchCommand), (other.Outcome, other.Reason));
        Assert.Equal((ChangeOutcome.NotFound, RejectionReasons.NoSuchCommand), (unknown.Outcome, unknown.Reason));
        Assert.Equal(CommandLimits.ErrorLengthMax, same.Command!.Error!.Length);
    }

    [Fact]
    public void Only_what_was_not_delivered_can_be_taken_back()
    {
        var (book, sent) = CommandBook.Empty.Send(Pump, Request("open"));
        var cancel = new CommandCancel(sent.Command!.Id, "ann", Now);

        var (cancelled, first) = book.Cancel(cancel);
        var (_, again) = cancelled.Cancel(cancel);
        var (_, tooLate) = book.Deliver(sent.Command.Id, Now).Next.Cancel(cancel);
        var (_, unknown) = book.Cancel(cancel with { CommandId = "nope" });

        Assert.Equal(
            [ChangeOutcome.Applied, ChangeOutcome.Unchanged, ChangeOutcome.Conflict, ChangeOutcome.NotFound],
            [first.Outcome, again.Outcome, tooLate.Outcome, unknown.Outcome]);
    }

    [Fact]
    public void As_many_wait_as_may_and_as_many_ended_ones_are_remembered()
    {
        var book = CommandBook.Empty;
        for (var i = 0; i < CommandLimits.OpenMax; i++)
        {
            book = book.Send(Pump, Request("open") with { Key = $"k{i}" }).Next;
        }

        Assert.Equal(ChangeOutcome.Full, book.Send(Pump, Request("open")).Result.Outcome);
        Assert.Equal(ChangeOutcome.Unchanged, book.Send(Pump, Request("open") with { Key = "k5" }).Result.Outcome);

        book = book.Expire(Now + 600_000).Next;
        book = book.Send(Pump, Request("last") with { ExpiresInMs = 1 }).Next.Expire(Now + 600_000).Next;

        Assert.Equal((0, CommandLimits.EndedKeptMax, 2L), (book.Open.Count, book.Ended.Count, book.Ended[0].Number));
        Assert.Equal(ChangeOutcome.Applied, book.Send(Pump, Request("open") with { Key = "k0" }).Result.Outcome);
    }

    [Fact]
    public void Arguments_and_results_are_bounded_together()
    {
        var large = Json($"\"{new string('x', CommandLimits.JsonBytesMax - 2)}\"");
        var book = CommandBook.Empty;
        while (book.Send(Pump, Request("open") with { Args = large }) is { Result.Outcome: ChangeOutcome.Applied } sent)
        {
            book = sent.Next;
        }

        Assert.Equal(CommandLimits.OpenBytesMax / CommandLimits.JsonBytesMax, book.Open.Count);
        foreach (var command in book.Open)
        {
            book = book.Answer(new CommandAnswer { Ok = true, Result = large, CommandId = command.Id }, Now).Next;
        }

        Assert.Equal(CommandLimits.EndedBytesMax / (2 * CommandLimits.JsonBytesMax), book.Ended.Count);
        Assert.Equal(32, book.Ended[^1].Number);
    }

    [Fact]
    public void All_faults_of_a_request_are_told_together()
    {
        var deep = new string('[', CommandLimits.JsonDepthMax + 1) + new string(']', CommandLimits.JsonDepthMax + 1);
        var request = Request("no name") with { Args = Json(deep), Key = "", ExpiresInMs = 0, TimeoutMs = 86_400_001, By = "" };

        var (_, result) = CommandBook.Empty.Send(Pump, request);

        Assert.Equal(ChangeOutcome.Invalid, result.Outcome);
        Assert.Equal(6, CommandBounds.FaultsOf(request).Count);
        Assert.Equal(string.Join(" ", CommandBounds.FaultsOf(request)), result.Detail);
    }

    private static CommandRequest Request(string name) => new() { Name = name, By = "ann", At = Now };

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
