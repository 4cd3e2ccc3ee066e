using System.Text.Json;
using DeviceFleet.Workflows.Serialization;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DeviceFleet.Workflows;

public static partial class WorkflowServiceCollectionExtensions
{
    /// <summary>More to say about worker and client.</summary>
    public readonly struct DaprWorkflowBuilder
    {
        internal DaprWorkflowBuilder(IServiceCollection services) => Services = services;

        /// <summary>The app's services.</summary>
        public IServiceCollection Services { get; }

        /// <summary>Another serializer for worker and client. It is part of determinism: running instances must be able to read what they wrote.</summary>
        public DaprWorkflowBuilder WithSerializer(IWorkflowSerializer serializer) => WithSerializer(_ => serializer);

        /// <summary>Another serializer for worker and client, from the container.</summary>
        public DaprWorkflowBuilder WithSerializer(Func<IServiceProvider, IWorkflowSerializer> serializerFactory)
        {
            Services.Replace(ServiceDescriptor.Singleton(serializerFactory));
            return this;
        }

        /// <summary>JSON with options of its own.</summary>
        public DaprWorkflowBuilder WithJsonSerializer(JsonSerializerOptions jsonOptions) => WithSerializer(new JsonWorkflowSerializer(jsonOptions));

        /// <summary>Limits for messages, in bytes; null: none.</summary>
        public DaprWorkflowBuilder WithGrpcMessageSizeLimits(int? maxReceiveMessageSize = null, int? maxSendMessageSize = null)
        {
            var options = Services.Select(service => service.ImplementationInstance).OfType<WorkflowRuntimeOptions>().First();
            var channel = options.GrpcChannelOptions ?? new GrpcChannelOptions();
            channel.MaxReceiveMessageSize = maxReceiveMessageSize;
            channel.MaxSendMessageSize = maxSendMessageSize;
            options.UseGrpcChannelOptions(channel);
            return this;
        }
    }
}
