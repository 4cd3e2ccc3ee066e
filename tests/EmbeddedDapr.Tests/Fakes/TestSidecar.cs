using EmbeddedDapr.Apps;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Resiliency;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Secrets;
using EmbeddedDapr.State;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Tests.Fakes;

/// <summary>A sidecar of <c>app1</c> over fakes: components are named <c>statestore</c>, <c>pubsub</c>, <c>lamp</c> and <c>vault</c>.</summary>
internal sealed class TestSidecar
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public TestSidecar(IAppChannel? app = null, int attemptsMax = 1, ResourceSet? resources = null, params (string Name, string Value)[] metadata)
    {
        State = new(Time);
        PubSub = new() { AttemptsMax = attemptsMax };
        var values = new ComponentMetadata(metadata.Select(entry => KeyValuePair.Create(entry.Name, entry.Value)));
        Value = new()
        {
            Options = new() { AppId = "app1", BodyBytesMax = 64 * 1024 },
            App = app,
            Time = Time,
            Loggers = NullLoggerFactory.Instance,
            Resources = resources ?? ResourceSet.Empty,
            Resiliency = resources is null ? ResiliencyPolicies.None : new(resources.Resiliencies, "app1", TimeProvider.System, new Random(1)),
            Components = new()
            {
                StateStores = One<IStateStore>("statestore", "state.fake", State, values),
                PubSubs = One<IPubSubComponent>("pubsub", "pubsub.fake", PubSub, values),
                OutputBindings = One<IOutputBinding>("lamp", "bindings.fake", Lamp, values),
                SecretStores = One<ISecretStore>("vault", "secretstores.fake", new FakeSecretStore(new() { ["plain"] = "s1", ["sl/ash"] = "slash" }), values),
            },
        };
    }

    public FakeTimeProvider Time { get; } = new(Start);

    public FakeStateStore State { get; }

    public FakePubSub PubSub { get; }

    public FakeOutputBinding Lamp { get; } = new();

    public Sidecar Value { get; }

    /// <summary>A sidecar without any component.</summary>
    public static Sidecar Bare() => new()
    {
        Options = new() { AppId = "app1" },
        Time = TimeProvider.System,
        Loggers = NullLoggerFactory.Instance,
        Components = new(),
    };

    private static Dictionary<string, Loaded<T>> One<T>(string name, string type, T instance, ComponentMetadata metadata) =>
        new() { [name] = new(new() { Name = name, Type = type, Metadata = metadata }, instance) };
}
