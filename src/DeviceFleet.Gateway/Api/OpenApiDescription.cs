using System.Net.Mime;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DeviceFleet.Gateway.Api;

/// <summary>What the framework cannot know of the API: bodies that are read by hand, headers, and names that are texts on the wire.</summary>
internal static class OpenApiDescription
{
    public static void AddTo(OpenApiOptions options)
    {
        options.AddDocumentTransformer(NameAsync);
        options.AddOperationTransformer(DescribeAsync);
        options.AddSchemaTransformer(DescribeNamesAsync);
    }

    private static Task NameAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "DeviceFleet";
        document.Info.Description = "Devices, their twins, commands, alarms and groups. Errors are problem details (RFC 9457). Times are Unix milliseconds UTC unless said otherwise.";
        return Task.CompletedTask;
    }

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var header in metadata.OfType<HeaderOf>())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        if (metadata.OfType<BodyOf>().FirstOrDefault() is { } body)
        {
            var schema = body.Type == typeof(JsonElement)
                ? new OpenApiSchema { Type = JsonSchemaType.Object }
                : await context.GetOrCreateSchemaAsync(body.Type, parameterDescription: null, cancellationToken);
            var content = new Dictionary<string, OpenApiMediaType> { [MediaTypeNames.Application.Json] = new() { Schema = schema } };
            if (body.IsPatch)
            {
                content[Bodies.MergePatch] = new OpenApiMediaType { Schema = schema };
            }

            operation.RequestBody = new OpenApiRequestBody { Required = !body.IsOptional, Content = content };
        }
    }

    private static Task DescribeNamesAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(DeviceId))
        {
            schema.Type = JsonSchemaType.String;
            schema.Pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
        }
        else if (type == typeof(GroupPath))
        {
            schema.Type = JsonSchemaType.String;
            schema.Pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}(/[A-Za-z0-9][A-Za-z0-9_-]{0,31}){0,3}$";
        }

        return Task.CompletedTask;
    }
}
