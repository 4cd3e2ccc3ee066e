using DeviceFleet.Workflows.Serialization;

namespace DeviceFleet.Workflows.Tests.Client;

public sealed class SerializerTests
{
    private readonly JsonWorkflowSerializer _serializer = new();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    public void T78_Nothing_in_any_form_is_read_as_default(string? nothing)
    {
        var returnType = typeof(int);

        Assert.Equal(0, _serializer.Deserialize<int>(nothing));
        Assert.Null(_serializer.Deserialize<string>(nothing));
        Assert.Null(_serializer.Deserialize(nothing, returnType));
    }

    [Fact]
    public void T78_Payloads_have_the_web_form_with_fields_and_the_run_time_type()
    {
        object value = new Derived { Name = "n", Count = 2 };

        Assert.Equal("""{"count":2,"name":"n"}""", _serializer.Serialize(value));
        Assert.Equal(string.Empty, _serializer.Serialize<string?>(null));
        Assert.Equal(7, _serializer.Deserialize<Derived>("""{"COUNT":"7"}""")!.Count);
        Assert.Equal("\"00:00:05\"", _serializer.Serialize(TimeSpan.FromSeconds(5)));
    }

    private class Base
    {
        public string? Name;
    }

    private sealed class Derived : Base
    {
        public int Count { get; set; }
    }
}
