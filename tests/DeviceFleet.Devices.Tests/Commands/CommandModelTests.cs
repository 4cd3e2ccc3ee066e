using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Commands;

namespace DeviceFleet.Devices.Tests.Commands;

/// <summary>
/// Random requests, deliveries, answers, reconnects and time against a reference that is told of each thing that happened to a command, and works out anew each time from
/// that list where the command is.
/// </summary>
public sealed class CommandModelTests
{
    private const long Start = 1_700_000_000_000;
    private const long ExpiresIn = 50;
    private const long Timeout = 30;

    private static readonly DeviceId Pump = DeviceId.Parse("pump-1");

    private enum Step
    {
        Send,
        SendWithKey,
        DeliverNext,
        Reconnect,
        Accept,
        Succeed,
        Fail,
        Cancel,
        Wait,
    }

    [Fact]
    public void Any_commands_end_as_the_model_says() =>
        Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 7]).List[1, 80].Sample(
            steps =>
            {
                var book = CommandBook.Empty;
                var model = new Model();
                var now = Start;
                foreach (var (step, number) in steps)
                {
                    var before = book;
                    book = Take(book, model, step, number, ref now);
                    model.Check(book, now);
                    CheckForward(before, book);
                }
            },
            iter: 2_000);

    private static CommandBook Take(CommandBook book, Model model, Step step, int number, ref long now)
    {
        var id = model.Ids.ElementAtOrDefault(number) ?? "none";
        ChangeOutcome outcome;
        switch (step)
        {
            case Step.Send or Step.SendWithKey:
                var key = step == Step.Send ? null : $"k{number / 2}";
                var request = new CommandRequest { Name = $"n{number}", Key = key, ExpiresInMs = ExpiresIn, TimeoutMs = Timeout, By = "ann", At = now };
                (book, var sent) = book.Send(Pump, request);
                Assert.Equal(model.Send(request, sent.Command?.Id), (sent.Outcome, sent.Command?.Id));
                return book;
            case Step.DeliverNext:
                var next = book.Undelivered.FirstOrDefault();
                Assert.Equal(model.NextToDeliver(), next?.Id);
                if (next is not null)
                {
                    model.Happened(next.Id, Fact.Delivered, now);
                    book = book.Deliver(next.Id, now).Next;
                }

                return book;
            case Step.Reconnect:
                model.Reconnect();
                return book.Reconnect();
            case Step.Wait:
                now += number * 5;
                model.Pass(now);
                return book.Expire(now).Next;
            case Step.Cancel:
                (book, var cancelled) = book.Cancel(new CommandCancel(id, "ann", now));
                outcome = cancelled.Outcome;
                Assert.Equal(model.Cancel(id, now), outcome);
                return book;
            default:
                bool? ok = step switch { Step.Succeed => true, Step.Fail => false, _ => null };
                (book, var answered) = book.Answer(new CommandAnswer { Accepted = ok is null ? true : null, Ok = ok, CommandId = id }, now);
                Assert.Equal(model.Answer(id, ok, now), answered.Outcome);
                Assert.Equal(answered.Outcome is ChangeOutcome.Conflict or ChangeOutcome.NotFound, answered.Reason == RejectionReasons.NoSuchCommand);
                return book;
        }
    }

    private static void CheckForward(CommandBook before, CommandBook after)
    {
        foreach (var old in before.Open)
        {
            Assert.True(after.Find(old.Id)!.State >= old.State);
        }

        Assert.All(before.Ended, old => Assert.Contains(old, after.Ended)); // what has ended never changes
    }

    private enum Fact
    {
        Created,
        Delivered,
        Accepted,
        Succeeded,
        Failed,
        Cancelled,
        Expired,
    }

    private sealed class Model
    {
        private readonly Dictionary<string, List<(Fact Fact, long At)>> _history = [];
        private readonly Dictionary<string, (string Id, string Name)> _keys = [];
        private readonly HashSet<string> _again = [];

        /// <summary>In order of number.</summary>
        public List<string> Ids { get; } = [];

        public (ChangeOutcome, string?) Send(CommandRequest request, string? given)
        {
            if (request.Key is { } key && _keys.TryGetValue(key, out var first))
            {
                return (first.Name == request.Name ? ChangeOutcome.Unchanged : ChangeOutcome.Conflict, first.Id);
            }

            Assert.DoesNotContain(given!, Ids);
            Ids.Add(given!);
            _history[given!] = [(Fact.Created, request.At)];
            if (request.Key is not null)
            {
                _keys[request.Key] = (given!, request.Name);
            }

            return (ChangeOutcome.Applied, given);
        }

        public string? NextToDeliver() => Ids.FirstOrDefault(id => Where(id) == CommandState.Queued || _again.Contains(id));

        public void Happened(string id, Fact fact, long at)
        {
            _history[id].Add((fact, at));
            _again.Remove(id);
        }

        public void Reconnect() => _again.UnionWith(Ids.Where(id => Where(id) == CommandState.Delivered));

        public void Pass(long now)
        {
            foreach (var id in Ids.Where(id => Where(id) < CommandState.Succeeded && DueAt(id) <= now).ToArray())
            {
                Happened(id, Fact.Expired, now);
            }
        }

        public ChangeOutcome Cancel(string id, long now)
        {
            if (!_history.ContainsKey(id))
            {
                return ChangeOutcome.NotFound;
            }

            switch (Where(id))
            {
                case CommandState.Cancelled:
                    return ChangeOutcome.Unchanged;
                case CommandState.Queued:
                    Happened(id, Fact.Cancelled, now);
                    return ChangeOutcome.Applied;
                default:
                    return ChangeOutcome.Conflict;
            }
        }

        public ChangeOutcome Answer(string id, bool? ok, long now)
        {
            if (!_history.ContainsKey(id))
            {
                return ChangeOutcome.NotFound;
            }

            var state = Where(id);
            if (state is CommandState.Expired or CommandState.Cancelled)
            {
                return ChangeOutcome.Conflict;
            }

            if (state is CommandState.Succeeded or CommandState.Failed)
            {
                return ok is null || ok == (state == CommandState.Succeeded) ? ChangeOutcome.Unchanged : ChangeOutcome.Conflict;
            }

            if (ok is null && state == CommandState.Acknowledged)
            {
                return ChangeOutcome.Unchanged;
            }

            Happened(id, ok switch { null => Fact.Accepted, true => Fact.Succeeded, false => Fact.Failed }, now);
            return ChangeOutcome.Applied;
        }

        public void Check(CommandBook book, long now)
        {
            var open = Ids.Where(id => Where(id) < CommandState.Succeeded).ToArray();
            Assert.Equal(open, book.Open.Select(command => command.Id));
            Assert.Equal(Ids.Order(), book.ToList().Commands.Select(command => command.Id).Order());
            Assert.All(Ids, id => Assert.Equal(Where(id), book.Find(id)!.State));
            Assert.Equal(open.Length == 0 ? null : open.Min(DueAt), book.NextDue);
            Assert.True(book.NextDue is not { } due || due > now);
            Assert.Equal(Ids.Where(id => Where(id) == CommandState.Queued || _again.Contains(id)), book.Undelivered.Select(command => command.Id));
            Assert.Equal((book.Open.Count, book.Undelivered.Count(), book.NextDue), (book.ToDigest().Open, book.ToDigest().Undelivered, book.ToDigest().NextDue));
        }

        private CommandState Where(string id) => _history[id].Max(entry => entry.Fact switch
        {
            Fact.Created => CommandState.Queued,
            Fact.Delivered => CommandState.Delivered,
            Fact.Accepted => CommandState.Acknowledged,
            Fact.Succeeded => CommandState.Succeeded,
            Fact.Failed => CommandState.Failed,
            Fact.Expired => CommandState.Expired,
            Fact.Cancelled => CommandState.Cancelled,
        });

        /// <summary>The device had it, at the latest, when it first answered.</summary>
        private long DueAt(string id)
        {
            var had = _history[id].FirstOrDefault(entry => entry.Fact is Fact.Delivered or Fact.Accepted);
            return had.Fact == Fact.Created ? _history[id][0].At + ExpiresIn : had.At + Timeout;
        }
    }
}
