using System.Diagnostics;
using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Access;
using DeviceFleet.Provisioning.Credentials;
using DeviceFleet.Provisioning.Tests.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Provisioning.Tests.Access;

/// <summary>How many devices a second come in, measured by hand: `-explicit only -class DeviceFleet.Provisioning.Tests.Access.AuthenticationRateTests`.</summary>
public sealed class AuthenticationRateTests(ITestOutputHelper output)
{
    private const int Devices = 2_000;
    private const int AtOnce = 64;

    [Fact(Explicit = true)]
    public async Task Authentications_a_second_cold_and_warm()
    {
        var iterations = new CredentialOptions().Iterations;
        var hash = PasswordHashing.Make("x"u8, iterations);
        var watch = Stopwatch.StartNew();
        for (var check = 0; check < 100; check++)
        {
            hash.Matches("y"u8);
        }

        output.WriteLine($"one hash of {iterations} rounds: {watch.Elapsed.TotalMilliseconds / 100:F2} ms");

        await using var life = await ProvisioningLife.StartAsync(
            new KeptWorld(), TimeProvider.System, new() { ["Credentials:Iterations"] = $"{iterations}" });
        var secrets = new byte[Devices][];
        watch.Restart();
        await Parallel.ForEachAsync(Enumerable.Range(0, Devices), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, token) =>
        {
            var reply = await life.Identities.ApplyAsync(DeviceId.Parse($"d{number}"), new IdentityChange { Action = IdentityAction.Register, By = "ada", At = 1 }, token);
            secrets[number] = Encoding.UTF8.GetBytes(reply.Value!.Secret!);
        });
        output.WriteLine($"registered: {Devices / watch.Elapsed.TotalSeconds:F0} a second");

        foreach (var round in (string[])["cold", "warm", "warm again"])
        {
            var access = life.Services.GetRequiredService<IMqttAccess>();
            watch.Restart();
            await Parallel.ForEachAsync(Enumerable.Range(0, Devices), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, token) =>
                Assert.Equal("allow", (await access.AuthenticateAsync($"d{number}", secrets[number], $"d{number}", token)).Result));
            output.WriteLine($"{round}: {Devices / watch.Elapsed.TotalSeconds:F0} a second");
        }
    }
}
