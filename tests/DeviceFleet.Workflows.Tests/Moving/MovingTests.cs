using EmbeddedDapr.Server;

namespace DeviceFleet.Workflows.Tests.Moving;

/// <summary>The same code with this library and with the package Dapr.Workflow, and instances that move between them while they run.</summary>
public sealed class MovingTests : IAsyncLifetime
{
    private const string Result =
        "Completed OrderResult { Reserved = reserved lamp, Sum = 111, Packed = packed reserved lamp, Late = True, Failure = System.InvalidOperationException, Approved = True, "
        + "Patched = True, TwoIds = True }";

    private EmbeddedDaprHost? _dapr;

    public async ValueTask InitializeAsync() => _dapr = await EmbeddedDaprHost.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_dapr is not null)
        {
            await _dapr.DisposeAsync();
        }
    }

    [Fact]
    public void Moving_is_a_change_of_usings()
    {
        Assert.Equal(Code("Official"), Code("Ours"));
    }

    [Fact]
    public async Task I79_The_same_code_ends_the_same()
    {
        await using (var official = await global::Moving.Official.OrderApp.Start(_dapr!.Settings))
        {
            await official.Order("theirs");
            await official.UntilItWaits("theirs");
            Assert.Equal(Result, await official.Approve("theirs"));
        }

        await using var ours = await global::Moving.Ours.OrderApp.Start(_dapr!.Settings);
        await ours.Order("ours");
        await ours.UntilItWaits("ours");
        Assert.Equal(Result, await ours.Approve("ours"));

        // What was asked for, and under which numbers; results and turns may be batched otherwise. The package gives an end no number of its own.
        var (theirs, mine) = (await ours.History("theirs"), await ours.History("ours"));
        Assert.Equal(
            theirs.Where(happened => happened.Id >= 0 && happened.Type != Workflows.Client.WorkflowHistoryEventType.ExecutionCompleted),
            mine.Where(happened => happened.Id >= 0 && happened.Type != Workflows.Client.WorkflowHistoryEventType.ExecutionCompleted));
    }

    [Fact]
    public async Task An_instance_begun_with_the_package_goes_on_with_this_library()
    {
        await using (var official = await global::Moving.Official.OrderApp.Start(_dapr!.Settings))
        {
            await official.Order("moves");
            await official.UntilItWaits("moves");
        }

        await using var ours = await global::Moving.Ours.OrderApp.Start(_dapr!.Settings);

        Assert.Equal(Result, await ours.Approve("moves"));
    }

    [Fact]
    public async Task An_instance_begun_with_this_library_goes_on_with_the_package()
    {
        await using (var ours = await global::Moving.Ours.OrderApp.Start(_dapr!.Settings))
        {
            await ours.Order("moves");
            await ours.UntilItWaits("moves");
        }

        await using var official = await global::Moving.Official.OrderApp.Start(_dapr!.Settings);

        Assert.Equal(Result, await official.Approve("moves"));
    }

    private static IEnumerable<string> Code(string side)
    {
        using var stream = typeof(MovingTests).Assembly.GetManifestResourceStream($"Moving.{side}")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Where(line => !line.StartsWith("using ", StringComparison.Ordinal) && !line.StartsWith("namespace ", StringComparison.Ordinal))];
    }
}
