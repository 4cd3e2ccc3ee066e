using System.Collections.Concurrent;
using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;

namespace DeviceFleet.Testing;

internal sealed partial class FakeRuntime
{
    /// <summary>What lies in file bindings, by name.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    private (IMessage? Answer, int Status) OnFile(InvokeBindingRequest invoke, string file)
    {
        switch (invoke.Operation)
        {
            case "create":
                Files[file] = Convert.FromBase64String(JsonSerializer.Deserialize<string>(invoke.Data.Span)!);
                return (new InvokeBindingResponse(), 0);
            case "get" when Files.TryGetValue(file, out var bytes):
                return (new InvokeBindingResponse { Data = ByteString.CopyFrom(bytes) }, 0);
            case "delete" when Files.TryRemove(file, out _):
                return (new InvokeBindingResponse(), 0);
            default:
                return (null, 13);
        }
    }
}
