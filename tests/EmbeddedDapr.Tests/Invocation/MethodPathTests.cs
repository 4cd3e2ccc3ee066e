using EmbeddedDapr.Invocation;

namespace EmbeddedDapr.Tests.Invocation;

public sealed class MethodPathTests
{
    [Theory]
    [InlineData("a/b/c", "a/b/c")]
    [InlineData("/a//b/", "a/b")]
    [InlineData("a/../b", "b")]
    [InlineData("../../b", "b")]
    [InlineData("a/./b", "a/b")]
    [InlineData("..", "")]
    [InlineData("", "")]
    [InlineData("a%2Fb", "a%2Fb")]
    public void Dots_and_spare_slashes_go(string method, string clean) => Assert.Equal(clean, MethodPath.Clean(method, out _));

    [Theory]
    [InlineData("a?b", "method contains forbidden character: \"a?b\"")]
    [InlineData("a#b", "method contains forbidden character: \"a#b\"")]
    [InlineData("a\0b", "method contains forbidden character: \"a\\x00b\"")]
    [InlineData("a\nb", "method contains control character at position 1: \"a\\nb\"")]
    [InlineData("é\u007Fb", "method contains control character at position 2: \"é\\x7fb\"")]
    public void What_no_path_can_hold_is_refused(string method, string fault)
    {
        Assert.Null(MethodPath.Clean(method, out var why));
        Assert.Equal(fault, why);
    }

    [Theory]
    [InlineData("a/b", "/a/b")]
    [InlineData("a b", "/a%20b")]
    [InlineData("é", "/%C3%A9")]
    [InlineData("☃", "/%E2%98%83")]
    [InlineData("😀", "/%F0%9F%98%80")]
    [InlineData("a;b=c", "/a;b=c")]
    [InlineData("a!$&'()*,b", "/a!$&'()*,b")]
    [InlineData("a%2Fb", "/a%2Fb")]
    [InlineData("a%2Fb c", "/a/b%20c")]
    [InlineData("a|b", "/a%7Cb")]
    [InlineData("", "/")]
    [InlineData("a%", null)]
    [InlineData("a%zz", null)]
    public void A_path_keeps_its_escapes_unless_something_must_be_escaped(string method, string? path) => Assert.Equal(path, MethodPath.Escape(method));

    [Theory]
    [InlineData("a=%20x&b=?", "a=%20x&b=?")]
    [InlineData("a= x", "a=%20x")]
    [InlineData("a=1\r\nHost: b", "a=1%0D%0AHost:%20b")]
    [InlineData("a=é#f", "a=%C3%A9%23f")]
    public void A_query_cannot_leave_its_line(string query, string safe) => Assert.Equal(safe, MethodPath.SafeQuery(query));
}
