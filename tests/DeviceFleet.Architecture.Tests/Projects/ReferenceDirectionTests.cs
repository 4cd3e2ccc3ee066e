using DeviceFleet.Architecture.Tests.Repository;

namespace DeviceFleet.Architecture.Tests.Projects;

/// <summary>
/// Arrows point one way. Services know the Dapr SDK and never the embedded runtime, so that they run on daprd unchanged; the embedded runtime
/// knows nothing of DeviceFleet; what stands outside the system knows its contracts only.
/// </summary>
public sealed class ReferenceDirectionTests
{
    private const string Contracts = "DeviceFleet.Contracts";
    private const string Defaults = "DeviceFleet.ServiceDefaults";
    private const string Devices = "DeviceFleet.Devices";
    private const string Gateway = "DeviceFleet.Gateway";
    private const string Provisioning = "DeviceFleet.Provisioning";
    private const string Workflows = "DeviceFleet.Workflows";
    private const string Broker = "DeviceFleet.Broker";
    private const string Engine = "EmbeddedDapr";
    private const string Components = "EmbeddedDapr.Components";
    private const string Server = "EmbeddedDapr.Server";
    private const string Simulator = "DeviceFleet.Simulator";

    /// <summary>Which projects a project may reference. A project that is not here has no arrows until someone decides on them.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new(StringComparer.Ordinal)
    {
        [Contracts] = [],
        [Defaults] = [Contracts],
        [Devices] = [Contracts, Defaults],
        [Gateway] = [Contracts, Defaults],
        [Provisioning] = [Contracts, Defaults, Workflows],
        [Workflows] = [Contracts],
        [Broker] = [Contracts],
        [Engine] = [],
        [Components] = [Engine],
        [Server] = [Engine, Components],
        ["DeviceFleet.Local"] = [Contracts, Defaults, Devices, Gateway, Provisioning, Broker, Engine, Components, Server, Simulator],
        [Simulator] = [Contracts],
        ["DeviceFleet.Load"] = [Contracts],
        ["DeviceFleet.Load.NBomber"] = [Contracts, "DeviceFleet.Load"],
        // The peer of the whole-path benchmark shares broker and store with us, so that only what lies between them differs.
        ["DeviceFleet.Peer.Orleans"] = [Contracts, Broker, Engine, Components],
        // Measures the parts one by one, so it reaches all of them.
        ["DeviceFleet.Benchmarks"] = [Contracts, Defaults, Devices, Gateway, Provisioning, Workflows, Broker, Engine, Components, Server],
    };

    /// <summary>Packages, by how their names start, that a project must do without.</summary>
    private static readonly Dictionary<string, string[]> MustNotUse = new(StringComparer.Ordinal)
    {
        [Contracts] = ["MQTTnet", "Microsoft.AspNetCore", "Dapr.Client", "Dapr.AspNetCore", "Dapr.Actors.AspNetCore", "SQLitePCLRaw", "Microsoft.Data.Sqlite"],
        [Defaults] = ["MQTTnet", "SQLitePCLRaw", "Microsoft.Data.Sqlite"],
        [Devices] = ["MQTTnet", "SQLitePCLRaw", "Microsoft.Data.Sqlite", "YamlDotNet"],
        [Gateway] = ["MQTTnet", "SQLitePCLRaw", "Microsoft.Data.Sqlite", "YamlDotNet"],
        [Provisioning] = ["MQTTnet", "SQLitePCLRaw", "Microsoft.Data.Sqlite", "YamlDotNet"],
        [Workflows] = ["Dapr.", "Microsoft.AspNetCore", "Grpc.AspNetCore"],
        [Broker] = ["Dapr.", "SQLitePCLRaw", "Microsoft.Data.Sqlite"],
        [Engine] = ["Microsoft.AspNetCore", "Grpc.AspNetCore", "MQTTnet", "Dapr.", "SQLitePCLRaw", "Microsoft.Data.Sqlite"],
        [Components] = ["Microsoft.AspNetCore", "Grpc.AspNetCore", "MQTTnet.AspNetCore", "MQTTnet.Server", "Dapr."],
        [Simulator] = ["Dapr.", "Microsoft.AspNetCore", "MQTTnet.Server", "MQTTnet.AspNetCore"],
        ["DeviceFleet.Load"] = ["Dapr.", "Microsoft.AspNetCore", "MQTTnet.Server", "MQTTnet.AspNetCore"],
    };

    private static readonly string[] WithoutAspNet = [Contracts, Workflows, Engine, Components, Simulator, "DeviceFleet.Load"];

    [Fact]
    public void Every_project_reference_is_an_arrow_of_the_design()
    {
        var wrong =
            from project in ProjectFile.All
            where project.Folder != "tests"
            from target in project.Projects
            where !MayReference.GetValueOrDefault(project.Name, []).Contains(target)
            select $"{project.Name} -> {target}";

        Faults.None(wrong);
    }

    [Fact]
    public void Every_project_has_its_arrows_decided()
    {
        var undecided = ProjectFile.All.Where(project => project.Folder != "tests" && !MayReference.ContainsKey(project.Name)).Select(project => project.Name);

        Faults.None(undecided);
    }

    [Fact]
    public void Nothing_that_ships_references_a_test_project()
    {
        var tests = ProjectFile.All.Where(project => project.Folder == "tests").Select(project => project.Name).ToHashSet(StringComparer.Ordinal);

        var wrong = ProjectFile.All.Where(project => project.Folder != "tests" && project.Projects.Any(tests.Contains)).Select(project => project.Name);

        Faults.None(wrong);
    }

    [Fact]
    public void Tests_of_a_service_see_what_the_service_sees()
    {
        // Otherwise the service could come to lean on the embedded runtime without any test noticing.
        string[] beyond = [Broker, Engine, Components, Server, "DeviceFleet.Local"];

        var wrong =
            from project in ProjectFile.All
            where project.Name is Devices + ".Tests" or Gateway + ".Tests" or Contracts + ".Tests"
            from target in project.Projects.Intersect(beyond)
            select $"{project.Name} -> {target}";

        Faults.None(wrong);
    }

    [Fact]
    public void No_project_uses_a_package_that_belongs_elsewhere()
    {
        var wrong =
            from project in ProjectFile.All
            from prefix in MustNotUse.GetValueOrDefault(project.Name, [])
            from package in project.Packages
            where package.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            select $"{project.Name}: {package}";

        Faults.None(wrong);
    }

    [Fact]
    public void Engine_components_contracts_and_clients_do_without_ASP_NET()
    {
        var wrong = ProjectFile.All.Where(project => WithoutAspNet.Contains(project.Name) && project.HasAspNet).Select(project => project.Name);

        Faults.None(wrong);
    }
}
