using EmbeddedDapr.Server.InProcess;
using EmbeddedDapr.Server.Tests.Apps;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1;

namespace EmbeddedDapr.Server.Tests;

/// <summary>What the SDK asks before version-aware calls, asked as it asks it.</summary>
public sealed class InProcessReflectionTests
{
    private const string DaprService = "dapr.proto.runtime.v1.Dapr";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_Dapr_service_is_described_with_all_its_methods()
    {
        var answers = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = DaprService }, new ServerReflectionRequest { ListServices = string.Empty });

        var files = answers[0].FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom).ToList();
        var methods = files.SelectMany(file => file.Service.Where(service => $"{file.Package}.{service.Name}" == DaprService)).Single().Method.Select(method => method.Name).ToList();
        Assert.Contains("BulkPublishEvent", methods);
        Assert.Contains("SaveState", methods);
        Assert.All(files.SelectMany(file => file.Dependency), needed => Assert.Contains(files, file => file.Name == needed));
        Assert.Equal(DaprService, Assert.Single(answers[1].ListServicesResponse.Service).Name);
    }

    [Fact]
    public async Task What_is_not_known_is_said_to_be_unknown()
    {
        var answer = Assert.Single(await AskAsync(new ServerReflectionRequest { FileContainingSymbol = "other.Service" }));

        Assert.Equal((int)StatusCode.NotFound, answer.ErrorResponse.ErrorCode);
    }

    private static async Task<List<ServerReflectionResponse>> AskAsync(params ServerReflectionRequest[] requests)
    {
        await using var app = await AppHarness.StartAsync(inProcess: true);
        using var handler = new InProcessGrpcHandler(app.Sidecar);
        using var channel = GrpcChannel.ForAddress("http://127.0.0.1", new GrpcChannelOptions { HttpHandler = handler });
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Cancelled);
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request, Cancelled);
        }

        await call.RequestStream.CompleteAsync();
        return await call.ResponseStream.ReadAllAsync(Cancelled).ToListAsync(Cancelled);
    }
}
