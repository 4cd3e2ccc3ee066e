using System.Globalization;
using System.Net;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.EndToEnd.Tests.Live;

namespace DeviceFleet.EndToEnd.Tests.Kills;

/// <summary>
/// One operator at one device, who writes desired on condition, sends commands under keys and acknowledges alarms, and keeps a ledger. An answer that does not come (the process was
/// killed) leaves in doubt what was done: a write is looked up, a command is sent again under its key, an acknowledgement is given again.
/// </summary>
internal sealed class Operator(FleetClient client, DeviceId device, Random random)
{
    private static readonly string[] Orders =
        ["""{"name":"identify","expiresInSeconds":3600,"timeoutSeconds":3600}""",
            """{"name":"slow","args":{"seconds":0.3},"expiresInSeconds":3600,"timeoutSeconds":3600}""",
            """{"name":"fail","expiresInSeconds":3600,"timeoutSeconds":3600}"""];

    private int _writes;
    private int _commands;
    private int _answers;

    public OperatorLedger Ledger { get; } = new(device);

    /// <summary>How many answers came.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>Works until told to stop, and finishes what it began.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await (random.Next(4) switch
            {
                0 or 1 => WriteAsync(),
                2 => SendAsync(),
                _ => AcknowledgeAsync(),
            });
            await PauseAsync(random.Next(20, 200));
        }
    }

    /// <summary>Writes desired under the condition that it is as this operator left it.</summary>
    public async Task WriteAsync()
    {
        var (number, version) = (++_writes, Ledger.Writes.Count);
        var answer = await TryAsync(() => client.WriteDesiredAsync(device, string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{number}} }"""), version));
        if (answer?.Value is { } written)
        {
            Require(written.Desired.Version == version + 1, $"write {number} from version {version} made version {written.Desired.Version}");
            Ledger.Writes.Add(number);
            return;
        }

        Require(answer?.Status != HttpStatusCode.PreconditionFailed, $"write {number} from version {version} was refused as stale: {answer?.Body}");
        Ledger.Uncertain++;
        var twin = await InsistAsync(() => client.TwinAsync(device), seen => seen.Value is not null);
        var desired = twin.Sound.Desired;
        if (desired.Version == version + 1 && desired.Value.GetProperty("n").GetInt32() == number)
        {
            Ledger.Writes.Add(number);
        }
        else
        {
            Require(desired.Version == version, $"after write {number} from version {version}, desired is {desired}");
        }
    }

    private async Task SendAsync()
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{device}-{++_commands}");
        var order = Orders[random.Next(Orders.Length)];
        var answer = await InsistAsync(() => client.CommandAsync(device, order, key: key), seen => seen.Value is not null || seen.Status == HttpStatusCode.Conflict);
        if (answer.Value is { } command)
        {
            Require(command.Key == key, $"command {key} was answered with {command}");
            Ledger.Commands.Add(key, command.Id);
        }
        else
        {
            Require(answer.Body.Contains("have not ended", StringComparison.Ordinal) || answer.Body.Contains("not been published", StringComparison.Ordinal), answer.Body);
        }
    }

    private async Task AcknowledgeAsync()
    {
        var alarms = await TryAsync(() => client.AlarmsAsync(device));
        if (alarms?.Value?.Alarms.FirstOrDefault(alarm => alarm.State == AlarmState.Active) is not { } active)
        {
            return;
        }

        var answer = await InsistAsync(
            () => client.ChangeAlarmAsync(device, active.Id, "acknowledge"),
            seen => seen.Value is not null || seen.Status is HttpStatusCode.Conflict or HttpStatusCode.NotFound); // the rule cleared it meanwhile
        if (answer.Value is { } acknowledged)
        {
            Require(acknowledged.AcknowledgedAt is not null, $"acknowledged, but {acknowledged}");
            Ledger.Acknowledged.Add(active.Id);
        }
    }

    private void Require(bool holds, string what)
    {
        if (!holds)
        {
            Ledger.Faults.Add($"{device}: {what}");
        }
    }

    /// <summary>Asks again until there is an answer that says something.</summary>
    private async Task<Answer<T>> InsistAsync<T>(Func<Task<Answer<T>>> ask, Func<Answer<T>, bool> says)
        where T : class
    {
        while (true)
        {
            if (await TryAsync(ask) is { } answer && says(answer))
            {
                return answer;
            }

            Ledger.Uncertain++;
            await PauseAsync(100);
        }
    }

    private async Task<Answer<T>?> TryAsync<T>(Func<Task<Answer<T>>> ask)
        where T : class
    {
        try
        {
            var answer = await ask();
            Interlocked.Increment(ref _answers);
            return answer;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is TaskCanceledException && fault.InnerException is TimeoutException))
        {
            return null; // nobody there, or killed before the answer
        }
    }

    private static Task PauseAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, TestContext.Current.CancellationToken);
}
