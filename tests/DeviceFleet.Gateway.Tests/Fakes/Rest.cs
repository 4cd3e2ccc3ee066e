using System.Net;
using System.Text;
using System.Text.Json;

namespace DeviceFleet.Gateway.Tests.Fakes;

/// <summary>An answer of the API, read.</summary>
internal sealed record RestAnswer(HttpStatusCode Status, string? ContentType, string? ETag, Uri? Location, JsonElement Body)
{
    public string? Text(string member) => Body.GetProperty(member).GetString();

    public long Number(string member) => Body.GetProperty(member).GetInt64();

    /// <summary>A refusal: its status, in the form that all refusals have.</summary>
    public HttpStatusCode Problem()
    {
        Assert.Equal("application/problem+json", ContentType);
        Assert.Equal((int)Status, Body.GetProperty("status").GetInt32());
        return Status;
    }
}

/// <summary>Calls of the API.</summary>
internal static class Rest
{
    public static async Task<RestAnswer> CallAsync(
        this HttpClient client, string method, string path, string? body = null, string contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        }

        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        using var document = JsonDocument.Parse(text.Length == 0 ? "null" : text);
        return new RestAnswer(answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Headers.ETag?.ToString(), answer.Headers.Location, document.RootElement.Clone());
    }
}
