using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Settings;

namespace DeviceFleet.Devices.Tests.Settings;

public sealed class TypeChecksTests
{
    private static readonly DeviceType Pump = new()
    {
        Id = "pump",
        Metrics = new Dictionary<string, MetricSpec> { ["t"] = new() { Min = -40, Max = 150 }, ["p"] = new() { Min = 0 } },
        Twin = new Dictionary<string, TwinMemberSpec>
        {
            ["/interval"] = new() { Kind = TwinValueKind.Whole, Min = 1, Max = 60 },
            ["/limits/high"] = new() { Kind = TwinValueKind.Number },
            ["/mode"] = new() { Kind = TwinValueKind.Text, OneOf = ["auto", "manual"] },
            ["/on~1off"] = new() { Kind = TwinValueKind.Boolean },
        },
    };

    [Theory]
    [InlineData("t", -40, true)]
    [InlineData("t", 150, true)]
    [InlineData("t", 150.5, false)]
    [InlineData("p", -0.1, false)]
    [InlineData("p", 1e300, true)]
    [InlineData("rssi", -70, true)]
    public void Values_stay_within_the_bounds_of_their_metric(string metric, double value, bool isAllowed)
    {
        var sample = new TelemetrySample { Metrics = new Dictionary<string, double> { [metric] = value } };

        Assert.Equal(isAllowed, Pump.Allows(sample));
        Assert.Equal(isAllowed && metric != "rssi", (Pump with { OnlyThese = true }).Allows(sample));
    }

    [Theory]
    [InlineData("""{}""", null)]
    [InlineData("""{"interval":5,"limits":{"high":0.5},"mode":"auto","on/off":true,"free":[1]}""", null)]
    [InlineData("""{"interval":5.0}""", null)]
    [InlineData("""{"interval":5.5}""", "/interval: a whole number is wanted.")]
    [InlineData("""{"interval":0}""", "/interval: at least 1 is wanted.")]
    [InlineData("""{"interval":61}""", "/interval: at most 60 is wanted.")]
    [InlineData("""{"interval":"5"}""", "/interval: a number is wanted.")]
    [InlineData("""{"limits":{"high":null}}""", "/limits/high: a number is wanted.")]
    [InlineData("""{"limits":7}""", null)]
    [InlineData("""{"mode":"off"}""", "/mode: one of auto, manual is wanted.")]
    [InlineData("""{"mode":1}""", "/mode: a text is wanted.")]
    [InlineData("""{"on/off":1}""", "/on~1off: true or false is wanted.")]
    public void A_twin_keeps_to_the_members_that_its_type_names(string document, string? fault)
    {
        using var json = JsonDocument.Parse(document);

        Assert.Equal(fault is null ? [] : [fault], Pump.Faults(json.RootElement));
    }
}
