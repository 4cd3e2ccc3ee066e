using System.Text;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Documents;
using DeviceFleet.Devices.Twin;

namespace DeviceFleet.Devices.Tests.Twin;

public sealed class TwinStateTests
{
    private const long Now = 1_700_000_000_000;

    [Fact]
    public void Each_write_that_changes_something_is_one_version_and_names_its_writer()
    {
        var (first, _) = TwinState.Empty.WriteDesired(Write("""{"a":1,"b":{"c":2}}""", at: 1, by: "ann"), NoFaults);

        var (second, result) = first.WriteDesired(Write("""{"b":{"c":3,"d":4},"a":1}""", at: 2, by: "bob"), NoFaults);

        Assert.Equal((ChangeOutcome.Applied, 2L), (result.Outcome, second.Desired.Version));
        Assert.Equal(
            new() { ["/a"] = new TwinWriter(1, 1, "ann"), ["/b/c"] = new TwinWriter(2, 2, "bob"), ["/b/d"] = new TwinWriter(2, 2, "bob") },
            second.Desired.Writers.ToDictionary());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a":1.0}""")]
    [InlineData("""{"zzz":null}""")]
    public void A_write_that_says_what_is_there_changes_nothing(string patch)
    {
        var (state, _) = TwinState.Empty.WriteDesired(Write("""{"a":1}"""), NoFaults);

        var (next, result) = state.WriteDesired(Write(patch, at: 9, ifVersion: 1), NoFaults);

        Assert.Equal(ChangeOutcome.Unchanged, result.Outcome);
        Assert.Equal(state, next);
    }

    [Fact]
    public void A_stale_write_changes_nothing()
    {
        var (state, _) = TwinState.Empty.WriteDesired(Write("""{"a":1}"""), NoFaults);

        var (next, result) = state.WriteDesired(Write("""{"a":2}""", ifVersion: 0), NoFaults);
        var (reported, stale) = state.Report(Report("""{"a":2}""", version: 1), NoFaults);

        Assert.Equal((ChangeOutcome.Conflict, ChangeOutcome.Conflict, RejectionReasons.StaleVersion), (result.Outcome, stale.Outcome, stale.Reason));
        Assert.Equal(state, next);
        Assert.Equal(state, reported);
    }

    [Fact]
    public void A_repeated_patch_that_names_its_version_is_stale()
    {
        var patch = Report("""{"a":1}""", version: 0);
        var (state, _) = TwinState.Empty.Report(patch, NoFaults);

        var (next, result) = state.Report(patch, NoFaults);

        Assert.Equal((RejectionReasons.StaleVersion, 1L), (result.Reason, next.Reported.Version));
    }

    [Fact]
    public void Replacing_leaves_nothing_of_what_was_there()
    {
        var (state, _) = TwinState.Empty.WriteDesired(Write("""{"a":1,"b":2}"""), NoFaults);

        var (next, _) = state.WriteDesired(Write("""{"b":2,"c":null}""") with { Replace = true }, NoFaults);

        Assert.Equal("""{"b":2}""", next.Desired.Value.GetRawText());
        Assert.Equal(new TwinWriter(1, Now, "ann"), Assert.Single(next.Desired.Writers).Value);
    }

    [Fact]
    public void It_is_pending_from_the_first_moment_that_there_is_a_delta_until_there_is_none()
    {
        var (one, _) = TwinState.Empty.WriteDesired(Write("""{"a":1}""", at: 1), NoFaults);
        var (two, _) = one.WriteDesired(Write("""{"b":1}""", at: 2), NoFaults);
        var (three, _) = two.Report(Report("""{"a":1,"other":5}""", at: 3), NoFaults);
        var (four, _) = three.Report(Report("""{"b":1}""", at: 4), NoFaults);
        var (five, _) = four.Report(Report("""{"b":2}""", at: 5), NoFaults);

        Assert.Equal([1L, 1L, 1L, null, 5L], new[] { one, two, three, four, five }.Select(state => state.PendingSince));
        Assert.Equal("""{"b":1}""", three.Delta.GetRawText());
        Assert.Equal("{}", four.Delta.GetRawText());
    }

    [Fact]
    public void All_faults_of_a_document_are_told_together()
    {
        var long1 = new string('n', TwinLimits.NameLengthMax + 1);
        var deep = string.Concat(Enumerable.Repeat("{\"d\":", 10)) + "[1]" + new string('}', 10);
        var (next, result) = TwinState.Empty.WriteDesired(Write($$"""{"{{long1}}":1,"deep":{{deep}}}"""), NoFaults);

        Assert.Equal((ChangeOutcome.Invalid, RejectionReasons.OutOfBounds), (result.Outcome, result.Reason));
        Assert.Contains("nested 12", result.Detail, StringComparison.Ordinal);
        Assert.Contains("1 to 128", result.Detail, StringComparison.Ordinal);
        Assert.Same(TwinState.Empty.Desired, next.Desired);
    }

    [Fact]
    public void What_the_type_says_is_asked_of_the_whole_document()
    {
        var (state, _) = TwinState.Empty.WriteDesired(Write("""{"a":1}"""), NoFaults);

        var (_, result) = state.WriteDesired(Write("""{"b":2}"""), document => [$"Not {document.GetRawText()}."]);

        Assert.Equal((ChangeOutcome.Invalid, RejectionReasons.OutOfType, """Not {"a":1,"b":2}."""), (result.Outcome, result.Reason, result.Detail));
    }

    [Fact]
    public void The_largest_document_and_a_delta_as_large_fit_a_payload_whatever_their_characters()
    {
        var filler = new string('ü', (TwinLimits.DocumentBytesMax - 8) / 2); // two bytes each; {"a":""} has eight
        var (state, result) = TwinState.Empty.WriteDesired(Write($$"""{"a":"{{filler}}"}"""), NoFaults);
        var (_, tooLarge) = TwinState.Empty.WriteDesired(Write($$"""{"a":"{{filler}}!"}"""), NoFaults);

        var message = state.ToMessage() with { Version = long.MaxValue, ReportedVersion = long.MaxValue };
        var payload = CompactJson.Payload(message);

        Assert.Equal((ChangeOutcome.Applied, ChangeOutcome.Invalid), (result.Outcome, tooLarge.Outcome));
        Assert.InRange(payload.Length, 2 * TwinLimits.DocumentBytesMax, MqttTopics.PayloadBytesMax);
        Assert.Contains(filler, Encoding.UTF8.GetString(payload), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""[1]""")]
    public void What_is_no_object_or_no_Unicode_is_refused(string document)
    {
        var (_, result) = TwinState.Empty.Report(Report(document), NoFaults);

        Assert.Equal((ChangeOutcome.Invalid, RejectionReasons.Malformed), (result.Outcome, result.Reason));
    }

    [Theory]
    [InlineData("""{"deviceType":"pump-v2","firmware":"1.4.2"}""", "pump-v2", "1.4.2")]
    [InlineData("""{"deviceType":"no type","firmware":""}""", null, null)]
    [InlineData("""{"deviceType":7,"firmware":{"v":1}}""", null, null)]
    [InlineData("""{"firmware":{"version":"2.0.0","state":"installed"}}""", null, "2.0.0")]
    [InlineData("""{"firmware":{"version":2}}""", null, null)]
    public void The_digest_has_type_and_firmware_where_they_could_be_such(string reported, string? type, string? firmware)
    {
        var digest = TwinState.Empty.Report(Report(reported), NoFaults).Next.ToDigest(unsent: false);

        Assert.Equal((type, firmware, 1L), (digest.DeviceType, digest.Firmware, digest.ReportedVersion));
    }

    [Fact]
    public void A_firmware_order_is_carried_out_when_the_device_runs_the_version()
    {
        const string order = """{"firmware":{"version":"2.0.0","path":"/api/firmware/2.0.0","size":5,"rollout":"r1"},"interval":5}""";
        var ordered = TwinState.Empty.WriteDesired(Write(order), NoFaults).Next;

        var installing = ordered.Report(Report("""{"interval":5,"firmware":{"version":"1.0.0","state":"installing","target":"2.0.0"}}""", Now + 1), NoFaults).Next;
        var runs = installing.Report(Report("""{"firmware":{"version":"2.0.0","state":"installed"}}""", Now + 2), NoFaults).Next;
        var asText = ordered.Report(Report("""{"interval":5,"firmware":"2.0.0"}""", Now + 1), NoFaults).Next;

        Assert.Equal([Now, null, null], new[] { installing, runs, asText }.Select(state => state.PendingSince));
        Assert.True(installing.Delta.TryGetProperty("firmware", out _));
        Assert.Equal("{}", runs.Delta.GetRawText());
    }

    private static IReadOnlyList<string> NoFaults(JsonElement document) => [];

    private static DesiredWrite Write(string json, long at = Now, string by = "ann", long? ifVersion = null) =>
        new() { Document = Json(json), At = at, By = by, IfVersion = ifVersion };

    private static ReportedPatch Report(string json, long at = Now, long? version = null) => new() { Patch = Json(json), ReceivedAt = at, Version = version };

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
