using System.ComponentModel;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Load.Scenarios;
using DeviceFleet.Simulator.CommandLine;
using Spectre.Console.Cli;

namespace DeviceFleet.Load.Provision;

/// <summary>Arguments of the scenario <c>provision</c>.</summary>
internal sealed class ProvisionSettings : ScenarioSettings
{
    [CommandOption("--devices <COUNT>")]
    [Description("Devices that provision themselves. Those that the file has an identity of are left out. Default: 1000.")]
    public int Devices { get; init; } = 1000;

    [CommandOption("--rate <PER_SECOND>")]
    [Description("How many begin in a second. Default: 100.")]
    public double Rate { get; init; } = 100;

    [CommandOption("--enrolment <ID>")]
    [Description("The group enrolment that lets them in.")]
    public string? Enrolment { get; init; }

    [CommandOption("--enrolment-key-file <FILE>")]
    [Description("Its symmetric key, base64 or hexadecimal digits. Default: the environment variable DEVICEFLEET_ENROLMENT_KEY.")]
    public string? EnrolmentKeyFile { get; init; }

    [CommandOption("--prefix <TEXT>")]
    [Description("What hardware ids begin with. Default: load-.")]
    public string Prefix { get; init; } = "load-";

    [CommandOption("--timeout <TIME>")]
    [Description("How long one device may take from its first attempt until it is connected with its identity. Default: 60s.")]
    public string TimeoutText { get; init; } = "60s";

    [CommandOption("--ask-again <TIME>")]
    [Description("How long an answer is waited for before a device asks again, where the service does not say. Default: 5s.")]
    public string AskAgainText { get; init; } = "5s";

    internal TimeSpan Timeout => Parsed(TimeoutText);

    internal TimeSpan AskAgain => Parsed(AskAgainText);

    /// <summary>The key that <see cref="ScenarioSettings.Validate"/> found to be there.</summary>
    internal ReadOnlyMemory<byte> Key => ReadKey().Key;

    /// <inheritdoc/>
    protected override IEnumerable<string> Faults()
    {
        var checks = new (bool Wrong, string Text)[]
        {
            (IdentitiesFile is null, "give --identities"),
            (Devices is < 1 or > 60_000, "devices must be 1 to 60000"),
            (Rate is not (> 0 and <= 10_000), "rate must be above 0, at most 10000"),
            (!DeviceId.TryParse(Enrolment, out _), "give --enrolment, an id: A-Z a-z 0-9 . _ -, first a letter or digit"),
            (!DeviceId.TryParse(Prefix + "100000", out _), "prefix must begin an id: A-Z a-z 0-9 . _ -, first a letter or digit"),
            (!DurationText.TryParse(TimeoutText, out var timeout) || timeout == TimeSpan.Zero, $"timeout must be {DurationText.Format}"),
            (!DurationText.TryParse(AskAgainText, out var askAgain) || askAgain == TimeSpan.Zero, $"ask-again must be {DurationText.Format}"),
        };
        return [.. base.Faults(), .. ReadKey().Fault is { } fault ? [fault] : Array.Empty<string>(), .. checks.Where(check => check.Wrong).Select(check => check.Text)];
    }

    private (byte[]? Key, string? Fault) ReadKey() =>
        EnrolmentKeySource.Read(EnrolmentKeyFile, Environment.GetEnvironmentVariable(EnrolmentKeySource.EnvironmentVariable));
}
