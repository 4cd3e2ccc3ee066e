using System.Text;
using EmbeddedDapr.Server.Http;
using Microsoft.AspNetCore.Http;

namespace EmbeddedDapr.Server.Tests.Http;

public sealed class InvokeAddressTests
{
    [Theory]
    [InlineData("/v1.0/invoke/app2/method/x", "app2", "x")]
    [InlineData("/v1.0/invoke/app2/method/", "app2", "")]
    [InlineData("/v1.0/invoke/%61pp2%20/method/a%2Fb%252F?q=/method/", "app2 ", "a/b%2F")]
    [InlineData("//v1.0//invoke//app2//method//x//", "app2/", "/x//")]
    [InlineData("/v1.0/invoke/http://h:1/p/method/z", "http://h:1/p", "z")]
    [InlineData("/v1.0/invoke/https%3A%2F%2Fh/method/z", "https://h", "z")]
    [InlineData("http://proxy/v1.0/invoke/app2/method/x", "app2", "x")]
    [InlineData("/v1.0/invoke/app2", null, null)]
    [InlineData("/v1.0/invoke//method/x", null, null)]
    [InlineData("/v1.0/INVOKE/app2/method/x", null, null)]
    [InlineData("/v1.0-alpha1/invoke/app2/method/x", null, null)]
    public void A_path_names_the_app(string target, string? appId, string? method)
    {
        var found = InvokeAddress.TryParse(new HeaderDictionary(), target, out var address);

        Assert.Equal((appId is not null, appId, method), (found, address.AppId, address.Method));
    }

    [Theory]
    [InlineData("dapr-app-id:app2", "app2")]
    [InlineData("Dapr-App-Id:app2", "app2")]
    [InlineData("user:app2", null)]
    [InlineData("dapr-app-id:", null)]
    public void So_does_the_password_of_a_user_of_that_name(string pair, string? appId)
    {
        var headers = new HeaderDictionary { ["Authorization"] = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)) };

        Assert.Equal(appId is not null, InvokeAddress.TryParse(headers, "/x", out var address));
        Assert.Equal(appId, address.AppId);
    }

    [Fact]
    public void The_header_goes_before_the_path()
    {
        var headers = new HeaderDictionary { ["dapr-app-id"] = "app3" };

        Assert.True(InvokeAddress.TryParse(headers, "/v1.0/invoke/app2/method/x?q", out var address));
        Assert.Equal(new("app3", "/v1.0/invoke/app2/method/x"), address);
    }

    [Theory]
    [InlineData("plain", "text/plain; charset=utf-8")]
    [InlineData("\u0001\u0002", "application/octet-stream")]
    [InlineData(" <html><body>", "text/html; charset=utf-8")]
    [InlineData("<abc>", "text/plain; charset=utf-8")]
    [InlineData("<?xml version=\"1.0\"?>", "text/xml; charset=utf-8")]
    [InlineData("%PDF-1.7", "application/pdf")]
    [InlineData("{\"a\":1}", "text/plain; charset=utf-8")]
    public void An_answer_without_a_type_gets_one_by_its_first_bytes(string body, string type) =>
        Assert.Equal(type, ContentSniffer.Guess(Encoding.UTF8.GetBytes(body)));
}
