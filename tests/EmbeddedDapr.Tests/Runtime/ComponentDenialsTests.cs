using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Runtime.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Tests.Runtime;

public sealed class ComponentDenialsTests
{
    [Theory]
    [InlineData("state.redis", "b")]
    [InlineData("State.Redis/v1", "b")]
    [InlineData("state.redis/v2", "a,b")]
    [InlineData("state", "a,b")]
    public void A_denied_type_is_left_out(string denied, string left)
    {
        var resources = new ResourceSet { Components = [Component("a", "state.redis"), Component("b", "state.in-memory")] };

        var allowed = ComponentDenials.Apply(resources, new RuntimeConfiguration { ComponentsDenied = [denied] }, NullLogger.Instance);

        Assert.Equal(left, string.Join(',', allowed.Components.Select(component => component.Spec.Name)));
    }

    private static ComponentResource Component(string name, string type) => new() { Spec = new ComponentSpec { Name = name, Type = type, Metadata = ComponentMetadata.Empty } };
}
