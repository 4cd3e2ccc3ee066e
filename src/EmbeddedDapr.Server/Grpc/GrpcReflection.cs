using EmbeddedDapr.Tracing;
using Grpc.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>
/// Server reflection, v1 and v1alpha. As in daprd it can only be reached while tracing is off, and is an unknown service otherwise (recorded: grpc-reflection,
/// grpc-reflection-no-tracing); the SDK takes either answer for "supported" (contract section 11.4).
/// </summary>
internal static class GrpcReflection
{
    private static readonly ServiceDescriptor[] Described =
    [
        global::Dapr.Client.Autogen.Grpc.v1.Dapr.Descriptor,
        global::Grpc.Reflection.V1.ServerReflection.Descriptor,
        global::Grpc.Reflection.V1Alpha.ServerReflection.Descriptor,
    ];

    public static void AddGrpcReflection(this IServiceCollection services, Tracer tracer)
    {
        if (tracer.IsOff)
        {
            services.AddSingleton(new ReflectionV1ServiceImpl(Described));
            services.AddSingleton(new ReflectionServiceImpl(Described));
        }
    }

    public static void MapGrpcReflection(this IEndpointRouteBuilder endpoints, Tracer tracer)
    {
        if (tracer.IsOff)
        {
            endpoints.MapGrpcService<ReflectionV1ServiceImpl>();
            endpoints.MapGrpcService<ReflectionServiceImpl>();
        }
    }
}
