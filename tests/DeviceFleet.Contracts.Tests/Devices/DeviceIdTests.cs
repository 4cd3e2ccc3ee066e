using System.Text.Json;
using CsCheck;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Tests.Devices;

public sealed class DeviceIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("7")]
    [InlineData("pump-1.north_2")]
    public void Sound_ids_are_read(string text)
    {
        Assert.True(DeviceId.TryParse(text, out var id));
        Assert.Equal((text, text), (id.Value, id.ToString()));
        Assert.Equal(DeviceId.Parse(text), id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("-a")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("_a")]
    [InlineData("a/b")]
    [InlineData("a+")]
    [InlineData("a#")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\0")]
    [InlineData("a\n")]
    public void What_a_topic_an_actor_or_a_user_name_gives_a_meaning_to_is_refused(string? text)
    {
        Assert.False(DeviceId.TryParse(text, out var id));
        Assert.Equal("", id.Value);
    }

    [Fact]
    public void The_longest_has_64_characters()
    {
        Assert.True(DeviceId.TryParse(new string('a', 64), out _));
        Assert.Throws<FormatException>(() => DeviceId.Parse(new string('a', 65)));
    }

    [Fact]
    public void Any_text_is_an_id_or_refused_and_an_id_survives_json()
    {
        Gen.String[0, 70].Sample(text =>
        {
            if (DeviceId.TryParse(text, out var id))
            {
                Assert.Equal(id, JsonSerializer.Deserialize<DeviceId>(JsonSerializer.Serialize(id)));
            }
        });
    }

    [Fact]
    public void An_id_can_be_the_name_of_a_member()
    {
        var json = JsonSerializer.Serialize(new Dictionary<DeviceId, int> { [DeviceId.Parse("a")] = 1 });

        Assert.Equal("""{"a":1}""", json);
        Assert.Equal(1, JsonSerializer.Deserialize<Dictionary<DeviceId, int>>(json)![DeviceId.Parse("a")]);
    }

    [Theory]
    [InlineData("\"no id\"")]
    [InlineData("null")]
    [InlineData("7")]
    public void Json_that_is_no_id_is_refused(string json) => Assert.ThrowsAny<Exception>(() => JsonSerializer.Deserialize<DeviceId>(json));
}
