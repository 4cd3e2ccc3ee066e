using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>Errors of the API as gRPC statuses with their <c>google.rpc</c> details (contract section 0.2).</summary>
internal static class GrpcErrors
{
    private const string Domain = "dapr.io";
    private const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>The exception that answers a call with this error.</summary>
    public static RpcException ToRpcException(this ApiError error) => new(new((StatusCode)error.Grpc, error.Message), Trailers(error));

    /// <summary>Trailers of the answer; empty for errors without details.</summary>
    public static Metadata Trailers(ApiError error)
    {
        var trailers = new Metadata();
        if (ToStatus(error) is { Details.Count: > 0 } status)
        {
            trailers.Add(DetailsTrailer, status.ToByteArray());
        }

        return trailers;
    }

    public static Google.Rpc.Status ToStatus(ApiError error)
    {
        var status = new Google.Rpc.Status { Code = (int)error.Grpc, Message = error.Message };
        if (error.Details is not { } details)
        {
            if (HasInfo(error.Code))
            {
                status.Details.Add(Any.Pack(new ErrorInfo { Reason = error.Code, Domain = Domain }));
            }

            return status;
        }

        if (details.Field is { } violation)
        {
            status.Details.Add(Any.Pack(new BadRequest
            {
                FieldViolations = { new BadRequest.Types.FieldViolation { Field = violation.Field ?? string.Empty, Description = violation.Description } },
            }));
        }

        if (details.ResourceType is { } type)
        {
            status.Details.Add(Any.Pack(new ResourceInfo { ResourceType = type, ResourceName = details.ResourceName ?? string.Empty, Description = details.Description }));
        }

        var info = new ErrorInfo { Reason = details.Reason, Domain = Domain };
        foreach (var (name, value) in details.Metadata ?? new Dictionary<string, string>())
        {
            info.Metadata.Add(name, value);
        }

        status.Details.Add(Any.Pack(info));
        return status;
    }

    /// <summary>Errors of these features travel as plain statuses, the others name their code in an ErrorInfo (recorded: grpc-secret-*, grpc-lock-*, grpc-actor-*).</summary>
    private static bool HasInfo(string code) =>
        code is not ("ERROR" or "ERR_DIRECT_INVOKE")
        && !code.StartsWith("ERR_SECRET", StringComparison.Ordinal)
        && !code.StartsWith("ERR_ACTOR", StringComparison.Ordinal)
        && !code.StartsWith("ERR_LOCK", StringComparison.Ordinal)
        && code is not ("ERR_PERMISSION_DENIED" or "ERR_BAD_REQUEST");
}
