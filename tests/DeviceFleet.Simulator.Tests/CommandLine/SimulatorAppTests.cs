using DeviceFleet.Simulator.CommandLine;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Simulator.Tests.CommandLine;

public sealed class SimulatorAppTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("simulator-app-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("60", 60_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("250ms", 250)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    public void Durations_are_read_with_their_unit(string text, double ms)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(ms, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("5d")]
    [InlineData("99999h")]
    public void Other_texts_are_no_durations(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Fact]
    public void The_enrolment_key_is_read_as_base64_or_as_digits_and_from_file_or_environment()
    {
        var key = TestProvisioner.Key;
        var (base64, digits) = (Write("base64", Convert.ToBase64String(key) + "\n"), Write("digits", Convert.ToHexString(key)));

        Assert.Equal(key, EnrolmentKeySource.Read(base64, null).Key);
        Assert.Equal(key, EnrolmentKeySource.Read(digits, "ignored").Key);
        Assert.Equal(key, EnrolmentKeySource.Read(null, Convert.ToHexStringLower(key)).Key);
        Assert.Equal(key, EnrolmentKeySource.Read(null, Convert.ToBase64String(key).TrimEnd('=').Replace('+', '-').Replace('/', '_')).Key);
        Assert.Contains("32 bytes", EnrolmentKeySource.Read(null, "cafe").Fault, StringComparison.Ordinal);
        Assert.Contains("DEVICEFLEET_ENROLMENT_KEY", EnrolmentKeySource.Read(null, null).Fault, StringComparison.Ordinal);
        Assert.Contains("does not exist", EnrolmentKeySource.Read(Path.Combine(_folder, "none"), null).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_become_options_and_faults_are_told_together()
    {
        var good = new SimulatorApp.Settings { Identities = "known.jsonl", Devices = 7, Duration = "3s", Mqtt = "3.1.1" };
        var bad = new SimulatorApp.Settings { Identities = "known.jsonl", Devices = 0, Profile = "toaster" };
        var unreadable = new SimulatorApp.Settings { Identities = "known.jsonl", Duration = "soon", Mqtt = "4" };

        Assert.True(good.Validate().Successful);
        Assert.Equal((7, TimeSpan.FromSeconds(3), MqttVersion.V311), (good.ToOptions().Devices, good.ToOptions().Duration, good.ToOptions().Mqtt));
        Assert.Equal("known.jsonl", good.ToOptions().IdentitiesPath);
        Assert.Null(good.ToOptions().Provisioning);
        Assert.Matches("devices.*profile", bad.Validate().Message);
        Assert.Matches("mqtt.*duration", unreadable.Validate().Message);
    }

    [Fact]
    public void Provisioning_needs_an_enrolment_and_its_key()
    {
        var keyFile = Write("key", Convert.ToHexString(TestProvisioner.Key));
        var good = new SimulatorApp.Settings { Provision = true, Enrolment = "group-1", EnrolmentKeyFile = keyFile };
        var noEnrolment = new SimulatorApp.Settings { Provision = true, EnrolmentKeyFile = keyFile };
        var noKey = new SimulatorApp.Settings { Provision = true, Enrolment = "group-1", EnrolmentKeyFile = Path.Combine(_folder, "none") };
        var badId = new SimulatorApp.Settings { Provision = true, Enrolment = "a/b", EnrolmentKeyFile = keyFile };

        Assert.True(good.Validate().Successful, good.Validate().Message);
        Assert.Equal("group-1", good.ToOptions().Provisioning!.EnrolmentId);
        Assert.Equal(TestProvisioner.Key, good.ToOptions().Provisioning!.Key.ToArray());
        Assert.Contains("--enrolment", noEnrolment.Validate().Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", noKey.Validate().Message, StringComparison.Ordinal);
        Assert.Contains("enrolment must be an id", badId.Validate().Message, StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
