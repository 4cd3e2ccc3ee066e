using System.Globalization;

namespace DeviceFleet.EndToEnd.Tests.Processes;

/// <summary>The simulator as a process of its own, so that it lives on when the fleet's process is killed.</summary>
internal sealed class SimulatorProcess(LocalProcess local, string identities, int devices, double ratePerSecond, TimeSpan duration, string ledger, int seed, IEnumerable<string>? more = null)
    : ChildProcess(
        "DeviceFleet.Simulator",
        [
            "--host", "127.0.0.1", "--port", local.MqttPort.ToString(CultureInfo.InvariantCulture), "--identities", identities,
            "--devices", devices.ToString(CultureInfo.InvariantCulture), "--rate", ratePerSecond.ToString(CultureInfo.InvariantCulture),
            "--duration", duration.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s", "--seed", seed.ToString(CultureInfo.InvariantCulture),
            "--ledger", ledger, "--no-view", .. more ?? [],
        ]);
