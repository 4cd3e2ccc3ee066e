using System.Reflection;
using Dapr.Actors.Runtime;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices;
using DeviceFleet.ServiceDefaults.Actors;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server;
using EmbeddedDapr.Server.InProcess;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceFleet.Month.Tests.Runtime;

/// <summary>One life of the process.</summary>
internal sealed record OneLife(DaprEngine Engine, SidecarHost Heads, WebApplication App, CountingChannel Calls) : IDisposable
{
    private static readonly string Components = typeof(OneLife).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Components").Value!;

    /// <summary>Where components/local finds its files: secrets, of which the devices need none.</summary>
    private static readonly Lazy<string> BaseDirectory = new(() =>
    {
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "secrets.json"), "{}");
        return AppContext.BaseDirectory;
    });

    public static OneLife Start(KeptComponents kept, SteppedClock clock, Dictionary<string, string?> settings) =>
        StartAsync(kept, clock, settings).GetAwaiter().GetResult();

    public void Dispose() => StopAsync().GetAwaiter().GetResult();

    private static async Task<OneLife> StartAsync(KeptComponents kept, SteppedClock clock, Dictionary<string, string?> settings)
    {
        var resources = await ResourceLoader.LoadAsync([Components], inline: null, static name => name, CancellationToken.None);

        // By default the engine looks ahead a minute, and so does it twice a minute, 86,400 times a month.
        var actors = new EmbeddedDapr.Actors.ActorRuntimeOptions { ReminderWindow = TimeSpan.FromHours(2) };
        var engine = new DaprEngine(actors, clock, NullLoggerFactory.Instance);
        var inProcess = new InProcessApp();
        var calls = new CountingChannel(inProcess.Channel);
        var sidecar = await engine.AddAppAsync(
            new SidecarOptions { AppId = DaprNames.DevicesApp }, calls, kept.Catalog(), resources, static name => name, BaseDirectory.Value, shutdown: null, CancellationToken.None);
        var heads = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), CancellationToken.None);
        var app = DevicesService.Build(["--environment", "Production"], builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings);
            inProcess.Connect(builder, heads, keepOwnServer: false, ContractsJson.Default.Options);
            builder.Logging.ClearProviders();
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
            builder.Services.AddSingleton<IActorStateManagerFactory>(new StateManagers(inProcess));
        });
        await app.StartAsync();
        await sidecar.StartAsync(CancellationToken.None);
        return new OneLife(engine, heads, app, calls);
    }

    private async Task StopAsync()
    {
        await Engine.StopAsync();
        await App.DisposeAsync();
        await Heads.DisposeAsync();
        await Engine.DisposeAsync();
    }

    private sealed class StateManagers(InProcessApp app) : IActorStateManagerFactory
    {
        public IActorStateManager Create(ActorHost host) => app.CreateStateManager(host);
    }
}
