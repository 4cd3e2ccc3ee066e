using Dapr.Actors.Runtime;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Provisioning.Identities;
using DeviceFleet.Provisioning.Sagas;
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

namespace DeviceFleet.Provisioning.Tests.Runtime;

/// <summary>One life of the process: the service on the real engine, with sagas that are only written down.</summary>
internal sealed record ProvisioningLife(DaprEngine Engine, SidecarHost Heads, WebApplication App) : IAsyncDisposable
{
    public IServiceProvider Services => App.Services;

    public IdentityActors Identities => Services.GetRequiredService<IdentityActors>();

    public static async Task<ProvisioningLife> StartAsync(KeptWorld world, TimeProvider time, Dictionary<string, string?>? settings = null)
    {
        var resources = await ResourceLoader.LoadAsync([], KeptWorld.Resources, static _ => null, CancellationToken.None);
        var engine = new DaprEngine(new EmbeddedDapr.Actors.ActorRuntimeOptions(), time, NullLoggerFactory.Instance);
        var inProcess = new InProcessApp();
        var sidecar = await engine.AddAppAsync(
            new SidecarOptions { AppId = DaprNames.ProvisioningApp }, inProcess.Channel, world.Catalog(), resources, static _ => null, Path.GetTempPath(), shutdown: null,
            CancellationToken.None);
        var heads = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), CancellationToken.None);
        var app = ProvisioningService.Build(["--environment", "Production"], builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Credentials:Iterations"] = "1000" }).AddInMemoryCollection(settings ?? []);
            inProcess.Connect(builder, heads, keepOwnServer: false, ContractsJson.Default.Options);
            builder.Logging.ClearProviders();
            builder.Services.Replace(ServiceDescriptor.Singleton(time));
            builder.Services.Replace(ServiceDescriptor.Singleton<ISagas>(world));
            builder.Services.AddSingleton<IActorStateManagerFactory>(new StateManagers(inProcess));
        });
        await app.StartAsync();
        await sidecar.StartAsync(CancellationToken.None);
        return new ProvisioningLife(engine, heads, app);
    }

    public async ValueTask DisposeAsync()
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
