using System.Text;

namespace EmbeddedDapr.Tests.State;

public sealed class GoJsonTests
{
    /// <summary>Inputs and outputs recorded: grpc-state-http-interop, binding-out-data-forms.</summary>
    [Theory]
    [InlineData("{\"b\" : 1.0, \"a\":\"<\"}", "{\"a\":\"\\u003c\",\"b\":1}")]
    [InlineData("{\"b\":1,\"a\":{\"z\":1,\"y\":2}}", "{\"a\":{\"y\":2,\"z\":1},\"b\":1}")]
    [InlineData("12345678901234567890", "12345678901234567000")]
    [InlineData("[1e3,1e21,0.000001,1e-7,100000000000000000000]", "[1000,1e+21,0.000001,1e-7,100000000000000000000]")]
    [InlineData("[-0.0, 0, 21.5, -1.25e-9, 123e20, 0.00001234, 1.5e300]", "[-0,0,21.5,-1.25e-9,1.23e+22,0.00001234,1.5e+300]")]
    [InlineData("{\"a\":1,\"a\":2}", "{\"a\":2}")]
    [InlineData("\"<a href='x'>&\u2028</a>\"", "\"\\u003ca href='x'\\u003e\\u0026\\u2028\\u003c/a\\u003e\"")]
    [InlineData("\"\\u00e9\\/\\t\\u0001\"", "\"é/\\t\\u0001\"")]
    [InlineData("\"\\ud800\"", "\"\uFFFD\"")]
    [InlineData(" [ true , false,null ] ", "[true,false,null]")]
    public void Values_come_out_as_Go_writes_them(string json, string expected) => Assert.Equal(expected, Encoding.UTF8.GetString(GoJson.Reencode(Encoding.UTF8.GetBytes(json), out _)!));

    [Theory]
    [InlineData("", "EOF")]
    [InlineData("{", "unexpected EOF")]
    [InlineData("{\"a\":[1,", "unexpected EOF")]
    [InlineData("{oops", "invalid character 'o' looking for beginning of object key string")]
    [InlineData("word", "invalid character 'w' looking for beginning of value")]
    [InlineData("1e400", "json: cannot unmarshal number 1e400 into Go value of type float64")]
    public void What_is_no_JSON_is_refused_in_Gos_words(string json, string error)
    {
        Assert.Null(GoJson.Reencode(Encoding.UTF8.GetBytes(json), out var why));
        Assert.Equal(error, why);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_named_by_their_first()
    {
        Assert.Null(GoJson.Parse(new byte[] { 0xff, 0xff }, out var why));
        Assert.Equal("invalid character 'ÿ' looking for beginning of value", why);
    }
}
