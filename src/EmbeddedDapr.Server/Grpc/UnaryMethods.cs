using System.Collections.Frozen;
using EmbeddedDapr.Server.Workflows;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>Every unary rpc of the Dapr service that this runtime answers; the others are Unimplemented.</summary>
internal static class UnaryMethods
{
    public const string Service = "dapr.proto.runtime.v1.Dapr";

    public static IReadOnlyList<UnaryMethod> All { get; } =
    [
        .. MetadataMethods.Table,
        .. StateMethods.Table,
        .. PubSubMethods.Table,
        .. BindingMethods.Table,
        .. SecretMethods.Table,
        .. ActorMethods.Table,
        .. ActorScheduleMethods.Table,
        .. ConfigurationMethods.Table,
        .. LockMethods.Table,
        .. WorkflowMethods.Table,
        new InvokeServiceMethod(),
        .. JobMethods.Table,
    ];

    public static FrozenDictionary<string, UnaryMethod> ByName { get; } = All.ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);
}
