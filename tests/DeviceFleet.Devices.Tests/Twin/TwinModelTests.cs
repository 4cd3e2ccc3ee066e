using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Twin;

namespace DeviceFleet.Devices.Tests.Twin;

/// <summary>Random writes of both sides against a twin that is a dictionary of leaves and a list of what was written.</summary>
public sealed class TwinModelTests
{
    private static readonly Gen<JsonNode?> Leaf = Gen.OneOf(
        Gen.Bool.Select(_ => (JsonNode?)null), Gen.Int[0, 2].Select(i => (JsonNode?)JsonValue.Create(i)), Gen.Bool.Select(_ => (JsonNode?)JsonValue.Create("t")),
        Gen.Int[0, 1].Select(i => (JsonNode?)new JsonArray(i)));

    private static readonly Gen<JsonObject> Document = Objects(3);

    private static readonly Gen<(bool IsDesired, JsonObject Patch, bool Replaces, int? Behind)> Operation =
        Gen.Select(Gen.Bool, Document, Gen.Int[0, 4].Select(i => i == 0), Gen.Int[-1, 2].Select(i => i < 0 ? null : (int?)i));

    [Fact]
    public void Any_writes_leave_what_the_model_says() =>
        Operation.List[1, 30].Sample(
            operations =>
            {
                var state = TwinState.Empty;
                var (desired, reported) = (new Model(), new Model());
                long? pendingSince = null;
                foreach (var ((isDesired, patch, replaces, behind), at) in operations.Select((operation, at) => (operation, at + 1L)))
                {
                    var model = isDesired ? desired : reported;
                    var version = model.Version - behind;
                    var outcome = isDesired ? Write(ref state, patch, replaces, version, at) : Report(ref state, patch, version, at);

                    Assert.Equal(model.Write(patch, isDesired && replaces, version, at), outcome);
                    var delta = desired.Leaves.Where(leaf => !reported.Leaves.TryGetValue(leaf.Key, out var its) || its.Value != leaf.Value.Value).Select(leaf => leaf.Key);
                    pendingSince = delta.Any() ? pendingSince ?? at : null;
                    desired.Check(state.Desired);
                    reported.Check(state.Reported);
                    Assert.Equal(delta.Order(), Flatten(JsonNode.Parse(state.Delta.GetRawText())!.AsObject(), "").Select(leaf => leaf.Pointer).Order());
                    Assert.Equal(pendingSince, state.PendingSince);
                }
            },
            iter: 1_000);

    private static ChangeOutcome Write(ref TwinState state, JsonObject patch, bool replaces, long? version, long at)
    {
        var write = new DesiredWrite { Document = Element(patch), Replace = replaces, IfVersion = version, By = $"user-{at}", At = at };
        (state, var result) = state.WriteDesired(write, _ => []);
        return result.Outcome;
    }

    private static ChangeOutcome Report(ref TwinState state, JsonObject patch, long? version, long at)
    {
        (state, var result) = state.Report(new ReportedPatch { Patch = Element(patch), Version = version, ReceivedAt = at }, _ => []);
        return result.Outcome;
    }

    private static JsonElement Element(JsonObject node) => JsonSerializer.Deserialize<JsonElement>(node.ToJsonString());

    private static Gen<JsonObject> Objects(int depth)
    {
        var value = depth == 1 ? Leaf : Gen.Frequency((3, Leaf), (1, Objects(depth - 1).Select(inner => (JsonNode?)inner)));
        return Gen.Select(Gen.Char['a', 'c'], value).List[0, 3].Select(members =>
        {
            var node = new JsonObject();
            foreach (var (name, member) in members)
            {
                node[name.ToString()] = member?.DeepClone();
            }

            return node;
        });
    }

    private static IEnumerable<(string Pointer, string Value)> Flatten(JsonObject node, string pointer) => node.SelectMany(member => member.Value is JsonObject inner
        ? Flatten(inner, $"{pointer}/{member.Key}")
        : [($"{pointer}/{member.Key}", member.Value?.ToJsonString() ?? "null")]);

    /// <summary>One document, kept the slow way.</summary>
    private sealed class Model
    {
        private JsonObject _document = [];

        public long Version { get; private set; }

        public Dictionary<string, (string Value, long Version, long At)> Leaves { get; private set; } = [];

        public ChangeOutcome Write(JsonObject patch, bool replaces, long? version, long at)
        {
            if (version is { } from && from != Version)
            {
                return ChangeOutcome.Conflict;
            }

            var next = Merge(replaces ? [] : _document.DeepClone().AsObject(), patch);
            if (JsonNode.DeepEquals(next, _document))
            {
                return ChangeOutcome.Unchanged;
            }

            _document = next;
            Version++;
            Leaves = Flatten(next, "").ToDictionary(
                leaf => leaf.Pointer,
                leaf => Leaves.TryGetValue(leaf.Pointer, out var old) && old.Value == leaf.Value ? old : (leaf.Value, Version, at));
            return ChangeOutcome.Applied;
        }

        public void Check(TwinDocument document)
        {
            Assert.Equal(Version, document.Version);
            Assert.True(JsonNode.DeepEquals(_document, JsonNode.Parse(document.Value.GetRawText())), document.Value.GetRawText());
            Assert.Equal(
                Leaves.Select(leaf => (leaf.Key, leaf.Value.Version, leaf.Value.At)).Order(),
                document.Writers.Select(writer => (writer.Key, writer.Value.Version, writer.Value.At)).Order());
        }

        private static JsonObject Merge(JsonObject target, JsonObject patch)
        {
            foreach (var (name, value) in patch)
            {
                if (value is null)
                {
                    target.Remove(name);
                }
                else
                {
                    target[name] = value is JsonObject inner ? Merge(target[name] is JsonObject old ? old.DeepClone().AsObject() : [], inner) : value.DeepClone();
                }
            }

            return target;
        }
    }
}
