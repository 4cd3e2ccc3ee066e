using EmbeddedDapr.Invocation;

namespace EmbeddedDapr;

public static partial class ApiErrors
{
    /// <summary>An invocation without an answer of the app (contract section 6.2). Only a denied one has statuses of its own.</summary>
    public static ApiError DirectInvoke(string appId, InvokeFault fault)
    {
        var (http, grpc) = fault.Code == GrpcCode.PermissionDenied ? (403, GrpcCode.PermissionDenied) : (500, GrpcCode.Internal);
        return new("ERR_DIRECT_INVOKE", $"failed to invoke, id: {appId}, err: {fault.Told}", http, grpc);
    }
}
