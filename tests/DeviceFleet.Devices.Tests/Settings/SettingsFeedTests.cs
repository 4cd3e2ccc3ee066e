using System.Net.Http.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Settings;
using DeviceFleet.Devices.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Devices.Tests.Settings;

/// <summary>The configuration API through the real SDK, on the fake runtime.</summary>
public sealed class SettingsFeedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_setting_that_changes_is_in_force_without_a_restart_and_told_by_the_route()
    {
        await using var host = await DevicesHost.StartAsync();

        var first = await host.ConfigureAsync("rule.hot", Rule(1, 80));
        var second = await host.ConfigureAsync("rule.hot", Rule(2, 90));
        using var answer = await host.GetAsync(DevicesRoutes.Settings);
        var told = await answer.Content.ReadFromJsonAsync(ContractsJson.Default.FleetSettings);

        Assert.Equal((1L, 80.0), (first.Revision, first.Rules[0].When.Value!.Value));
        Assert.Equal((2L, 90.0), (second.Revision, second.Rules[0].When.Value!.Value));
        Assert.Equivalent(second, told);
    }

    [Fact]
    public async Task A_bad_edit_and_a_restart_leave_the_rule_before_it_in_force()
    {
        var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Rule(1, 80));
        var refused = await host.ConfigureAsync("rule.hot", """{"version":2}""");
        await host.StopAsync();

        await using var restarted = await DevicesHost.StartOnAsync(host.Runtime, host.Time);
        var book = await restarted.Services.GetRequiredService<SettingsFeed>().UntilAsync(book => book.Refused.Count > 0).WaitAsync(Patience);

        Assert.Equal(1, Assert.Single(refused.Refused).InForce);
        Assert.Equal((1L, 80.0), (book.Accepted.Rules[0].Version, book.Accepted.Rules[0].When.Value!.Value));
        Assert.Equal(2, book.Refused[0].Faults.Count);
    }

    [Fact]
    public async Task What_was_in_force_is_so_after_a_restart_while_the_configuration_store_is_away()
    {
        var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Rule(1, 80));
        await host.StopAsync();
        host.Runtime.FailConfiguration = true;

        await using var restarted = await DevicesHost.StartOnAsync(host.Runtime, host.Time);
        var book = await restarted.Services.GetRequiredService<SettingsFeed>().LoadedAsync();

        Assert.Equal("hot", Assert.Single(book.Accepted.Rules).Id);
    }

    [Fact]
    public async Task A_subscription_that_ended_is_opened_again_and_all_is_read()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Rule(1, 80));
        var feed = host.Services.GetRequiredService<SettingsFeed>();

        host.Runtime.EndSubscriptions();
        host.Runtime.Configure("rule.hot", Rule(2, 90));
        var book = await feed.UntilAsync(book => book.Accepted.Rules[0].Version == 2).WaitAsync(Patience);

        Assert.Equal(90, book.Accepted.Rules[0].When.Value);
        Assert.Equal(3, (await host.ConfigureAsync("rule.hot", Rule(3, 91))).Rules[0].Version);
    }

    [Fact]
    public async Task A_draft_is_tried_against_samples_by_the_route()
    {
        await using var host = await DevicesHost.StartAsync();
        var trial = new RuleTrial
        {
            Rule = new AlarmRule
            {
                Version = 1,
                Severity = AlarmSeverity.Info,
                When = new RuleCondition { Kind = ConditionKind.Threshold, Metric = "t", Op = Comparison.Above, Value = 80 },
            },
            Series = new Dictionary<string, IReadOnlyList<TelemetrySample>>
            {
                ["pump-1"] = [new() { Ts = 1_000, Metrics = new Dictionary<string, double> { ["t"] = 81 } }],
            },
        };

        using var content = JsonContent.Create(trial, ContractsJson.Default.RuleTrial);
        using var answer = await host.PostAsync(DevicesRoutes.TryRule, content);
        var result = await answer.Content.ReadFromJsonAsync(ContractsJson.Default.RuleTrialResult);

        Assert.Equal((0, 1, 1L), (result!.Faults.Count, result.Alarms.Count, result.Samples));
    }

    private static string Rule(long version, double value) =>
        $$$"""{"version":{{{version}}},"severity":"warning","when":{"kind":"threshold","metric":"t","op":">","value":{{{value}}}}}""";
}
