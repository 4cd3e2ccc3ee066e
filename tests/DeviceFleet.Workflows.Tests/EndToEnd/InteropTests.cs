using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using EmbeddedDapr.Server;

namespace DeviceFleet.Workflows.Tests.EndToEnd;

/// <summary>What other clients and traces meet: payloads as they are on the wire, and one trace from the request to the activities.</summary>
public sealed class InteropTests : IAsyncLifetime
{
    private EmbeddedDaprHost? _dapr;

    public async ValueTask InitializeAsync() => _dapr = await EmbeddedDaprHost.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync() => await _dapr!.DisposeAsync();

    [Theory]
    [InlineData("", 0)]
    [InlineData("null", 0)]
    [InlineData("7", 7)]
    public async Task I78_An_absent_payload_an_empty_one_and_null_are_the_default(string body, int expected)
    {
        await using var app = await WorkflowApp.Start(_dapr!.GrpcEndpoint, options => options.RegisterWorkflow<int, int>("Echo", (_, input) => Task.FromResult(input)));
        await StartOverHttp("Echo", "echo", body);

        Assert.Equal(expected, (await app.Finish("echo")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task I78_Payloads_are_JSON_in_camel_case()
    {
        await using var app = await WorkflowApp.Start(
            _dapr!.GrpcEndpoint, options => options.RegisterWorkflow<Order, Order>("Order", (_, order) => Task.FromResult(order with { TotalAmount = order.TotalAmount + 1 })));
        await StartOverHttp("Order", "order", """{"orderId":"a","totalAmount":1}""");
        await app.Finish("order");

        using var client = new HttpClient { BaseAddress = _dapr.HttpEndpoint };
        var told = await client.GetStringAsync(new Uri("/v1.0/workflows/dapr/order", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("""{\"orderId\":\"a\",\"totalAmount\":2}""", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task I84_The_trace_of_the_request_reaches_activities_and_a_new_generation_begins_its_own()
    {
        var traces = new ConcurrentDictionary<int, ActivityTraceId>();
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name is nameof(InteropTests) or "DeviceFleet.Workflows", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource(nameof(InteropTests));
        await using var app = await WorkflowApp.Start(_dapr!.GrpcEndpoint, options =>
        {
            options.RegisterWorkflow<int, int>("Twice", async (context, generation) =>
            {
                await context.CallActivityAsync<int>("Note", generation);
                if (generation == 0)
                {
                    context.ContinueAsNew(1);
                }

                return generation;
            });
            options.RegisterActivity<int, int>("Note", (_, generation) =>
            {
                traces[generation] = Activity.Current!.TraceId;
                return Task.FromResult(0);
            });
        });

        ActivityTraceId asked;
        using (var request = source.StartActivity("request")!)
        {
            asked = request.TraceId;
            await app.Client.ScheduleNewWorkflowAsync("Twice", "traced", 0);
        }

        await app.Finish("traced");
        Assert.Equal(asked, traces[0]);
        Assert.NotEqual(asked, traces[1]);
    }

    private async Task StartOverHttp(string workflow, string id, string body)
    {
        using var client = new HttpClient { BaseAddress = _dapr!.HttpEndpoint };
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri($"/v1.0/workflows/dapr/{workflow}/start?instanceID={id}", UriKind.Relative), content, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private sealed record Order(string OrderId, int TotalAmount);
}
