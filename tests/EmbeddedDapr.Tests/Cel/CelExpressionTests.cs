using System.Text.Json;
using EmbeddedDapr.Cel;

namespace EmbeddedDapr.Tests.Cel;

public sealed class CelExpressionTests
{
    private const string Event = """
        {"type":"red","source":"app1","data":{"n":9,"price":1.5,"name":"Grüße","tags":["a","b"],"on":true,"none":null,"map":{"x-y":1},"list":[{"v":1},{"v":2}]}}
        """;

    [Theory]
    [InlineData("event.type == \"red\"")]
    [InlineData("event.type != 'blue' && event.data.n > 5")]
    [InlineData("event.data.n >= 9 && event.data.n <= 9.0 && event.data.n == 9u")]
    [InlineData("!(event.data.n < 5) || event.missing == 1")]
    [InlineData("event.missing == 1 || event.data.on")]
    [InlineData("has(event.data.n) && !has(event.data.m)")]
    [InlineData("has(event.data.none) && event.data.none == null")]
    [InlineData("event['type'] == 'red' && event.data.map['x-y'] == 1")]
    [InlineData("event.data.tags[1] == 'b' && size(event.data.tags) == 2 && event.data.tags.size() == 2")]
    [InlineData("'a' in event.data.tags && !('z' in event.data.tags) && 'n' in event.data")]
    [InlineData("event.type in ['red', 'green']")]
    [InlineData("event.data.name.startsWith('Gr') && event.data.name.endsWith('ße') && event.data.name.contains('üß')")]
    [InlineData("size(event.data.name) == 5")]
    [InlineData("event.source.matches('^app[0-9]+$') && matches(event.type, 'e')")]
    [InlineData("event.data.n > 5 ? event.data.on : false")]
    [InlineData("event.data.n + 1 == 10 && event.data.n * 2 - 4 == 14 && event.data.n / 2 == 4.5")]
    [InlineData("7 / 2 == 3 && 7 % 2 == 1 && -7 % 2 == -1 && 1 + 2 * 3 == 7 && (1 + 2) * 3 == 9")]
    [InlineData("-9223372036854775808 < 0 && 0x10 == 16 && 1.5e3 == 1500.0 && .5 == 0.5")]
    [InlineData("int('42') == 42 && uint(3) == 3u && double('1.5') == event.data.price && string(5) == '5' && bool('true')")]
    [InlineData("string(event.data.n) == '9' && int(event.data.price) == 1")]
    [InlineData("'a' + \"b\" == r'ab' && 'it\\'s' == \"it's\" && '''x''' == 'x' && '\\u00e9' == 'é'")]
    [InlineData("[1, 2] + [3] == [1, 2, 3] && {'a': 1} == {'a': 1.0}")]
    [InlineData("event.data.list.exists(e, e.v == 2) && event.data.list.all(e, e.v > 0) && event.data.list.exists_one(e, e.v > 1)")]
    [InlineData("event.data.list.filter(e, e.v > 1).map(e, e.v) == [2]")]
    [InlineData("event.data.tags.exists(t, t == 'a' && event.type == 'red')")]
    [InlineData("event.data.n == 9 // a comment")]
    [InlineData("'b' > 'a' && true > false")]
    public void These_are_true(string expression) => Assert.True(IsTrue(expression));

    [Theory]
    [InlineData("event.missing == 1")]
    [InlineData("event.data.m > 5")]
    [InlineData("event.type > 5")]
    [InlineData("event.type.name == 1")]
    [InlineData("unknown == 1")]
    [InlineData("event.missing == 1 || event.data.n == 1")]
    [InlineData("event.data.tags[2] == 'c'")]
    [InlineData("1 / 0 == 1")]
    [InlineData("9223372036854775807 + 1 > 0")]
    [InlineData("event.data.n && true")]
    [InlineData("event.type.matches('(')")]
    [InlineData("int('x') == 1")]
    [InlineData("event.data.n")]
    [InlineData("has(event.no.such)")]
    public void These_cannot_be_evaluated(string expression) => Assert.Throws<CelException>(() => IsTrue(expression));

    [Theory]
    [InlineData("")]
    [InlineData("event.type ==")]
    [InlineData("event.type = 'red'")]
    [InlineData("(event.type == 'red'")]
    [InlineData("event.type == 'red")]
    [InlineData("event..type")]
    [InlineData("event.type 'red'")]
    [InlineData("frobnicate(event)")]
    [InlineData("size(1, 2)")]
    [InlineData("has(event)")]
    [InlineData("99999999999999999999 > 1")]
    [InlineData("'\\q' == 'q'")]
    [InlineData("event # 1")]
    public void These_are_no_expressions(string expression)
    {
        Assert.Null(CelExpression.Compile(expression, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.Null(CelExpression.Compile(new string('(', 10_000) + "1" + new string(')', 10_000), out _));
        Assert.Null(CelExpression.Compile(new string('!', 10_000) + "true", out _));
    }

    private static bool IsTrue(string expression)
    {
        using var document = JsonDocument.Parse(Event);
        return (CelExpression.Compile(expression, out var error) ?? throw new InvalidOperationException(error)).IsTrue("event", document.RootElement);
    }
}
