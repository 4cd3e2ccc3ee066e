namespace EmbeddedDapr.Clients.Tests;

/// <summary>The client for Node, written by others in another language, against the program as a process. What is asked of each block: <c>npm/blocks.mjs</c>.</summary>
public sealed class NpmClientTests(NpmClient npm) : IClassFixture<NpmClient>
{
    private static readonly string[] Both = ["state", "pubsub", "pubsub-bulk", "bindings", "invocation", "secrets", "lock", "metadata"];

    public static TheoryData<string, string> Blocks { get; } =
    [
        .. from protocol in (string[])["http", "grpc"]
           from block in (string[])[.. Both, protocol == "http" ? "actors" : "configuration"]
           select new TheoryDataRow<string, string>(protocol, block),
    ];

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task A_block_works(string protocol, string block)
    {
        Assert.SkipWhen(NpmClient.Missing is not null && Environment.GetEnvironmentVariable("CI") != "true", NpmClient.Missing ?? string.Empty);
        Assert.Null(NpmClient.Missing);

        var errors = await npm.RunAsync(protocol);

        Assert.True(errors.TryGetValue(block, out var error), $"the client did not come to {block}; see its log above");
        Assert.Null(error);
    }
}
