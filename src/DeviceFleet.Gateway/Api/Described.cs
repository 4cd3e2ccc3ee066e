using DeviceFleet.Gateway.Auth;

namespace DeviceFleet.Gateway.Api;

/// <summary>
/// The body that a route takes, for the API's description. Not the framework's own metadata: that one also routes by content type, and a request with another would be
/// answered with 404.
/// </summary>
/// <param name="Type">What it holds.</param>
/// <param name="IsOptional">Whether there need be none.</param>
/// <param name="IsPatch">Whether it may be called a merge patch.</param>
internal sealed record BodyOf(Type Type, bool IsOptional, bool IsPatch);

/// <summary>A header that a route reads, for the API's description.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it says.</param>
internal sealed record HeaderOf(string Name, string Description);

/// <summary>What the API says of its own routes in <c>/api/openapi.json</c>, and what goes with it.</summary>
internal static class Described
{
    /// <summary>Says what a route is for.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder route, string tag, string summary, string description) =>
        route.WithTags(tag).WithSummary(summary).WithDescription(description);

    /// <summary>A route with a body of JSON.</summary>
    public static RouteHandlerBuilder Takes<TBody>(this RouteHandlerBuilder route, bool isOptional = false, bool isPatch = false) => route
        .WithMetadata(new BodyOf(typeof(TBody), isOptional, isPatch))
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>A route that changes a device: operators only.</summary>
    public static RouteHandlerBuilder Changes(this RouteHandlerBuilder route) =>
        route.RequireAuthorization(Roles.MayWrite).ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>A route that lets devices in or puts them out: administrators only.</summary>
    public static RouteHandlerBuilder Administers(this RouteHandlerBuilder route) =>
        route.RequireAuthorization(Roles.MayAdminister).ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>A route whose change is made under a condition on a version.</summary>
    public static RouteHandlerBuilder ChangesIfMatch(this RouteHandlerBuilder route) => route
        .Changes()
        .WithMetadata(new HeaderOf("If-Match", "The version that the change was made from, as ETag gave it. Another one than the current: 412, with the current in member version."))
        .ProducesProblem(StatusCodes.Status412PreconditionFailed);
}
