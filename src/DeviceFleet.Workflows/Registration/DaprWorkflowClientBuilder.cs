using System.Text.Json;
using DeviceFleet.Workflows.Serialization;
using DeviceFleet.Workflows.Worker;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;

namespace DeviceFleet.Workflows.Registration;

/// <summary>Makes a client where there is no container, or another one than the container's options say.</summary>
/// <param name="configuration">Where address and token are looked up before the environment; null: the environment only.</param>
public sealed class DaprWorkflowClientBuilder(IConfiguration? configuration = null)
{
    private IWorkflowSerializer? _serializer;
    private Func<IServiceProvider, IWorkflowSerializer>? _serializerFactory;
    private Uri? _endpoint;
    private string? _apiToken;
    private GrpcChannelOptions? _channelOptions;

    internal IServiceProvider? Services { get; set; }

    internal TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Where the sidecar listens; default as of <see cref="WorkflowRuntimeOptions.GrpcEndpoint"/>.</summary>
    public DaprWorkflowClientBuilder UseGrpcEndpoint(string grpcEndpoint)
    {
        _endpoint = new Uri(grpcEndpoint);
        return this;
    }

    /// <summary>The token the sidecar asks for; default: <c>DAPR_API_TOKEN</c>.</summary>
    public DaprWorkflowClientBuilder UseDaprApiToken(string apiToken)
    {
        _apiToken = apiToken;
        return this;
    }

    /// <summary>Options of the connection.</summary>
    public DaprWorkflowClientBuilder UseGrpcChannelOptions(GrpcChannelOptions grpcChannelOptions)
    {
        _channelOptions = grpcChannelOptions;
        return this;
    }

    /// <summary>JSON with options of its own.</summary>
    public DaprWorkflowClientBuilder UseJsonSerializer(JsonSerializerOptions jsonOptions) => UseSerializer(new JsonWorkflowSerializer(jsonOptions));

    /// <summary>Another serializer; it must be the worker's.</summary>
    public DaprWorkflowClientBuilder UseSerializer(IWorkflowSerializer serializer)
    {
        _serializer = serializer;
        return this;
    }

    /// <summary>Another serializer, from the container; it must be the worker's.</summary>
    public DaprWorkflowClientBuilder UseSerializer(Func<IServiceProvider, IWorkflowSerializer> serializerFactory)
    {
        _serializerFactory = serializerFactory;
        return this;
    }

    /// <summary>A client with a connection of its own, which it closes when it is disposed.</summary>
    /// <exception cref="InvalidOperationException">A serializer from the container is asked for, and there is no container.</exception>
    public DaprWorkflowClient Build()
    {
        var serializer = _serializer
            ?? (_serializerFactory is null ? new JsonWorkflowSerializer()
                : _serializerFactory(Services ?? throw new InvalidOperationException("A serializer's factory needs a service provider.")));
        var sidecar = new Sidecar(_endpoint ?? SidecarAddress.Find(configuration), _apiToken ?? SidecarAddress.Token(configuration), _channelOptions);
        return new DaprWorkflowClient(sidecar, ownsSidecar: true, serializer, Time);
    }
}
