using System.Text.Json;
using DeviceFleet.Devices.Documents;

namespace DeviceFleet.Devices.Tests.Documents;

public sealed class JsonTreeTests
{
    // RFC 7396, appendix A.
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""[1,2]""", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void A_merge_patch_does_what_the_standard_shows(string original, string patch, string result)
    {
        var merged = Read(original).Merge(Read(patch));

        Assert.Equal(result, merged.ToElement().GetRawText());
    }

    [Theory]
    [InlineData("""{"a":1,"b":{"c":2,"d":3}}""", """{"b":{"d":3}}""", """{"a":1,"b":{"c":2}}""")]
    [InlineData("""{"a":1.0,"b":[1,{"x":2}]}""", """{"a":1,"b":[1,{"x":2.0}],"more":true}""", """{}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":7}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":7}""", """{"a":{"b":1}}""", """{"a":7}""")]
    [InlineData("""{"a":{},"b":{"c":{}}}""", """{}""", """{}""")]
    public void Beyond_are_the_leaves_that_the_other_does_not_have(string one, string other, string beyond) =>
        Assert.Equal(beyond, Read(one).Beyond(Read(other)).ToElement().GetRawText());

    [Fact]
    public void Leaves_are_named_by_escaped_pointers()
    {
        var tree = Read("""{"a/b":{"m~n":1,"c":[2]},"d":{},"a":true}""");

        Assert.Equal(["/a~1b/m~0n", "/a~1b/c", "/a"], tree.Leaves().Select(leaf => leaf.Pointer));
    }

    [Fact]
    public void Of_members_with_one_name_the_last_counts() => Assert.Equal("""{"a":2}""", Read("""{"a":1,"a":2}""").ToElement().GetRawText());

    private static JsonTree Read(string json) => JsonTree.Read(JsonSerializer.Deserialize<JsonElement>(json));
}
