using System.Net.Mime;
using DeviceFleet.Gateway.Api;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.AsyncApi;

/// <summary>Serves the description of the MQTT side.</summary>
internal static class AsyncApiEndpoint
{
    public static void MapAsyncApi(this IEndpointRouteBuilder api) =>
        api.MapGet("/asyncapi.json", GetDocument).Describe("Descriptions", "MQTT topics", "What devices send and receive, as an AsyncAPI 3.0 document.");

    private static ContentHttpResult GetDocument() => TypedResults.Text(AsyncApiDocument.Text, MediaTypeNames.Application.Json);
}
