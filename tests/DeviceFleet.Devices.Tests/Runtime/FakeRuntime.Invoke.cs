using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DeviceFleet.Testing;

internal sealed partial class FakeRuntime
{
    /// <summary>Service invocation, whatever the app id: everything goes to <see cref="App"/>, with its token.</summary>
    private void MapInvoke() => _server.Map("/v1.0/invoke/{app}/method/{**path}", async (HttpContext context, string path) =>
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(App!, path)) { Content = new StreamContent(context.Request.Body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        if (AppToken is not null)
        {
            request.Headers.Add("dapr-api-token", AppToken);
        }

        using var answer = await _app.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body);
    });
}
