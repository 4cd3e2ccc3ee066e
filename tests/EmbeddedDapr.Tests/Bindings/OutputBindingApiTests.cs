using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Tests.Bindings;

public sealed class OutputBindingApiTests
{
    private readonly TestSidecar _sidecar = new();

    [Fact]
    public async Task A_request_reaches_the_binding()
    {
        var result = await InvokeAsync("lamp", "create");

        Assert.Null(result.Error);
        Assert.Equal("create", Assert.Single(_sidecar.Lamp.Requests).Operation);
    }

    [Theory]
    [InlineData("nope", "create", "couldn't find output binding nope")]
    [InlineData("nope", "", "operation field is missing from request")]
    [InlineData("lamp", "Create", "binding lamp does not support operation Create. supported operations:create get")]
    [InlineData("lamp", "get", "nothing to get")]
    public async Task Refusals_share_one_code(string name, string operation, string why)
    {
        var error = (await InvokeAsync(name, operation)).Error!;

        Assert.Equal(("ERR_INVOKE_OUTPUT_BINDING", 500, GrpcCode.Internal), (error.Code, error.HttpStatus, error.Grpc));
        Assert.Equal($"error invoking output binding {name}: {why}", error.Message);
    }

    private ValueTask<ApiResult<EmbeddedDapr.Bindings.OutputBindingResponse>> InvokeAsync(string name, string operation) =>
        _sidecar.Value.OutputBindings.InvokeAsync(name, new(operation, "1"u8.ToArray(), new Dictionary<string, string>()), default);
}
