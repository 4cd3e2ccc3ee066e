using System.Diagnostics;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.EndToEnd.Tests.Processes;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>
/// A device made of <c>mosquitto_pub</c>, <c>mosquitto_sub</c> and <c>mosquitto_rr</c> in a shell script, MQTT 3.1.1, by nothing but docs/mqtt.md. Each program is a connection of
/// its own under the device's one name, so only one runs at a time.
/// </summary>
public sealed class MosquittoTests(FleetFixture fleet)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly DeviceId _id = DeviceId.Parse("mosquitto-1");
    private string _password = "";

    [Fact]
    public async Task A_device_of_shell_commands_does_all_that_the_documentation_says()
    {
        if (!MosquittoProgram.IsInstalled)
        {
            Artifacts.SkipUnlessCi("mosquitto-clients is not installed");
        }

        using var client = await FleetClient.SignInAsync(fleet.Local);
        _password = await Identities.Of(fleet.Local).PasswordOfAsync(fleet.Local, _id);

        await PublishAsync("status", """{"online": true, "boot": 1}""", "--retain");
        await PublishAsync("telemetry", """{"boot": 1, "seq": 0, "metrics": {"temp": 21.5}}""");
        await PublishAsync("reported", """{"patch": {"deviceType": "shell", "firmware": "0.1"}}""");
        var view = await FleetClient.UntilAsync("all three", () => client.DeviceAsync(_id), seen => seen.Firmware == "0.1" && seen.Metrics.ContainsKey("temp"));
        Assert.Equal((Presence.Online, "shell", 21.5), (view.Presence, view.Type, view.Metrics["temp"]));

        // Desired is retained: it comes with the subscription. Then a report with the version that the message named, and the answer to the question.
        var written = (await client.WriteDesiredAsync(_id, """{"interval": 5}""")).Sound;
        var desired = Desired(await Subscribe("desired").LineAsync());
        await PublishAsync("reported", $$"""{"version": {{desired.ReportedVersion}}, "patch": {"interval": 5} }""");
        await PublishAsync("reported", $$"""{"version": {{desired.ReportedVersion}}, "patch": {"interval": 99} }"""); // a stale one changes nothing
        var asked = Desired(await Start("mosquitto_rr", ["-t", Topic("twin/get"), "-e", Topic("desired"), "-n", "-q", "1"]).LineAsync());
        Assert.Equal((written.Desired.Version, """{"interval":5}"""), (desired.Version, desired.Delta.GetRawText()));
        Assert.Equal("{}", asked.Delta.GetRawText());
        Assert.Equal("5", (await client.TwinAsync(_id)).Sound.Reported.Value.GetProperty("interval").GetRawText());

        // A command: taken by one program, answered by two more.
        var taker = Subscribe("commands/+");
        await taker.ConnectedAsync();
        var sent = (await client.CommandAsync(_id, """{"name": "blink", "args": {"times": 3}}""")).Sound;
        var command = JsonSerializer.Deserialize(await taker.LineAsync(), ContractsJson.Default.CommandMessage)!;
        Assert.Equal(("blink", """{"times":3}"""), (command.Name, command.Args?.GetRawText()));
        await PublishAsync($"commands/{sent.Id}/result", """{"accepted": true}""");
        await FleetClient.UntilAsync("accepted", () => client.GetCommandAsync(_id, sent.Id), seen => seen.State == CommandState.Acknowledged);
        await PublishAsync($"commands/{sent.Id}/result", """{"ok": true, "result": {"blinked": 3}}""");
        var done = await FleetClient.UntilAsync("done", () => client.GetCommandAsync(_id, sent.Id), seen => seen.State == CommandState.Succeeded);
        Assert.Equal(3, done.Result?.GetProperty("blinked").GetInt32());

        // The last will speaks when a program is killed.
        using var killed = Subscribe(
            "commands/+", "--will-topic", Topic("status"), "--will-payload", """{"online": false, "boot": 1, "reason": "connection lost"}""", "--will-qos", "1", "--will-retain");
        await killed.ConnectedAsync();
        killed.Kill();
        await FleetClient.UntilAsync("offline by its last will", () => client.DeviceAsync(_id), seen => seen.Presence == Presence.Offline);
    }

    private static DesiredMessage Desired(string line) => JsonSerializer.Deserialize(line, ContractsJson.Default.DesiredMessage)!;

    private string Topic(string rest) => $"fleet/{_id}/{rest}";

    private async Task PublishAsync(string rest, string payload, params string[] more) =>
        Assert.Equal(0, await Start("mosquitto_pub", ["-t", Topic(rest), "-m", payload, "-q", "1", .. more]).ExitAsync());

    /// <summary>Prints the first message and ends.</summary>
    private MosquittoProgram Subscribe(string rest, params string[] more) => Start("mosquitto_sub", ["-t", Topic(rest), "-q", "1", "-C", "1", "-d", .. more]);

    private MosquittoProgram Start(string program, IEnumerable<string> arguments)
    {
        string[] login =
        [
            "-h", "127.0.0.1", "-p", fleet.Local.MqttPort.ToString(System.Globalization.CultureInfo.InvariantCulture), "-V", "mqttv311",
            "-i", _id.Value, "-u", _id.Value, "-P", _password,
        ];
        return new MosquittoProgram("stdbuf", ["-oL", program, .. login, .. arguments]); // a line at once, not when a buffer is full
    }

    private sealed class MosquittoProgram : IDisposable
    {
        private readonly Process _process;

        public MosquittoProgram(string program, IEnumerable<string> arguments)
        {
            try
            {
                _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                Artifacts.SkipUnlessCi("stdbuf is not there");
                throw;
            }
        }

        public static bool IsInstalled { get; } =
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "mosquitto_rr")));

        /// <summary>Waits until the broker has answered the subscription.</summary>
        public Task<string> ConnectedAsync() => ReadAsync(line => line.StartsWith("Subscribed", StringComparison.Ordinal));

        /// <summary>The first message.</summary>
        public Task<string> LineAsync() => ReadAsync(line => line.StartsWith('{'));

        public async Task<int> ExitAsync()
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
            return _process.ExitCode;
        }

        public void Kill() => _process.Kill();

        public void Dispose() => _process.Dispose();

        private async Task<string> ReadAsync(Func<string, bool> wanted)
        {
            using var limit = new CancellationTokenSource(Patience);
            while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (wanted(line))
                {
                    return line;
                }
            }

            throw new InvalidOperationException($"{_process.StartInfo.FileName} ended: {await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
        }
    }
}
