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
    public void The_key_is_read_as_bytes_or_as_digits_and_from_file_or_environment()
    {
        var (bytes, digits) = (Write("bytes", TestBroker.Key), Write("digits", [.. Convert.ToHexString(TestBroker.Key).Select(c => (byte)c), (byte)'\n']));

        Assert.Equal(TestBroker.Key, DeviceKeySource.Read(bytes, null).Key);
        Assert.Equal(TestBroker.Key, DeviceKeySource.Read(digits, "ignored").Key);
        Assert.Equal(TestBroker.Key, DeviceKeySource.Read(null, Convert.ToHexStringLower(TestBroker.Key)).Key);
        Assert.Contains("32 bytes", DeviceKeySource.Read(null, "cafe").Fault, StringComparison.Ordinal);
        Assert.Contains("DEVICEFLEET_DEVICE_KEY", DeviceKeySource.Read(null, null).Fault, StringComparison.Ordinal);
        Assert.Contains("does not exist", DeviceKeySource.Read(Path.Combine(_folder, "none"), null).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_become_options_and_faults_are_told_together()
    {
        var key = Write("key", TestBroker.Key);
        var good = new SimulatorApp.Settings { KeyFile = key, Devices = 7, Duration = "3s", Mqtt = "3.1.1" };
        var bad = new SimulatorApp.Settings { KeyFile = key, Devices = 0, Profile = "toaster" };
        var unreadable = new SimulatorApp.Settings { KeyFile = key, Duration = "soon", Mqtt = "4" };

        Assert.True(good.Validate().Successful);
        Assert.Equal((7, TimeSpan.FromSeconds(3), MqttVersion.V311), (good.ToOptions().Devices, good.ToOptions().Duration, good.ToOptions().Mqtt));
        Assert.Matches("devices.*profile", bad.Validate().Message);
        Assert.Matches("mqtt.*duration", unreadable.Validate().Message);
    }

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
