using DeviceFleet.Architecture.Tests.Repository;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Architecture.Tests.Resources;

/// <summary>What holds for every resource file, whatever runs it.</summary>
public sealed class ResourceFileTests
{
    public static TheoryData<string> Files => [.. ResourceFiles.All];

    public static TheoryData<string> ComponentFiles => [.. ResourceFiles.All.Where(file => ResourceFiles.KindOf(file) == "Component")];

    [Fact]
    public void Every_YAML_file_of_components_is_looked_at()
    {
        var all = Checkout.Files.Where(file => file.StartsWith("components/", StringComparison.Ordinal) && Path.GetExtension(file) is ".yaml" or ".yml");

        Assert.Equal([.. ResourceFiles.All, "components/kustomization.yaml"], all.Where(file => file.StartsWith("components/", StringComparison.Ordinal)).ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_holds_one_resource_of_its_own_name_and_says_who_uses_it(string file)
    {
        Assert.Equal(Path.GetFileNameWithoutExtension(file), ResourceFiles.NameOf(file));
        Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", ResourceFiles.NameOf(file));
        Assert.StartsWith("# Who: ", Checkout.Read(file), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_strictly_of_its_kind(string file)
    {
        var (apiVersion, scopes) = ResourceFiles.KindOf(file) switch
        {
            "Component" => Versioned(ResourceFiles.Read<ComponentResource>(file)),
            "Resiliency" => Versioned(ResourceFiles.Read<ResiliencyResource>(file)),
            "Configuration" => (ResourceFiles.Read<ConfigurationResource>(file).ApiVersion, null),
            var kind => throw new InvalidDataException($"{file}: kind {kind} is not expected here."),
        };

        Assert.Equal("dapr.io/v1alpha1", apiVersion);
        if (scopes is not null)
        {
            Assert.NotEmpty(scopes);
            Assert.All(scopes, scope => Assert.Contains(scope, Apps));
            Assert.Equal(scopes.Distinct(), scopes);
        }
    }

    [Theory]
    [MemberData(nameof(ComponentFiles))]
    public void A_component_uses_metadata_that_its_type_reads(string file)
    {
        var component = ResourceFiles.Read<ComponentResource>(file);
        Assert.True(ComponentFormat.ByType.TryGetValue(component.Spec.Type, out var format), $"{file}: type {component.Spec.Type} is not known here");
        var names = component.Spec.Metadata.Select(entry => entry.Name).ToArray();

        Assert.Equal("v1", component.Spec.Version);
        Assert.Equal(names.Distinct(StringComparer.OrdinalIgnoreCase), names);
        Assert.Empty(format.Required.Except(names));
        Assert.Empty(names.Except([.. format.Required, .. format.Optional]));
    }

    [Theory]
    [MemberData(nameof(ComponentFiles))]
    public void A_metadata_entry_has_one_source(string file)
    {
        var component = ResourceFiles.Read<ComponentResource>(file);

        Assert.All(component.Spec.Metadata, entry =>
        {
            object?[] sources = [entry.Value, entry.SecretKeyRef, entry.EnvRef];
            Assert.Single(sources, source => source is not null);
            if (entry.SecretKeyRef is { } secret)
            {
                Assert.NotEmpty(secret.Name);
                Assert.NotEmpty(secret.Key);
                Assert.Equal(DaprNames.SecretStore, component.Auth?.SecretStore);
            }
        });
    }

    [Theory]
    [MemberData(nameof(ComponentFiles))]
    public void A_password_never_stands_in_a_file(string file)
    {
        var component = ResourceFiles.Read<ComponentResource>(file);

        Assert.All(component.Spec.Metadata.Where(entry => entry.Value is not null), entry =>
        {
            Assert.DoesNotContain("password", entry.Name, StringComparison.OrdinalIgnoreCase);
            Assert.False(entry.Value!.Contains("://", StringComparison.Ordinal) && entry.Value.Contains('@', StringComparison.Ordinal), $"{file}: {entry.Name} holds credentials");
        });
    }

    [Theory]
    [MemberData(nameof(ComponentFiles))]
    public void An_environment_variable_may_be_read_and_is_documented(string file)
    {
        var variables = ResourceFiles.Read<ComponentResource>(file).Spec.Metadata.Select(entry => entry.EnvRef).OfType<string>();
        var manual = Checkout.Read("docs/operations.md");

        // Contract of component files: daprd refuses DAPR_* and APP_API_TOKEN.
        Assert.All(variables, variable => Assert.StartsWith("DEVICEFLEET_", variable, StringComparison.Ordinal));
        Assert.All(variables, variable => Assert.Contains($"`{variable}`", manual, StringComparison.Ordinal));
    }

    private static string[] Apps => [DaprNames.DevicesApp, DaprNames.GatewayApp, DaprNames.ProvisioningApp];

    private static (string ApiVersion, List<string>? Scopes) Versioned(ComponentResource component) => (component.ApiVersion, component.Scopes);

    private static (string ApiVersion, List<string>? Scopes) Versioned(ResiliencyResource resiliency) => (resiliency.ApiVersion, resiliency.Scopes);
}
