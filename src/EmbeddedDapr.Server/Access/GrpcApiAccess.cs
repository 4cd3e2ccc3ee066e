using System.Collections.Frozen;
using System.Globalization;
using EmbeddedDapr.Runtime.Configuration;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace EmbeddedDapr.Server.Access;

/// <summary>
/// Refuses the rpcs of the Dapr service that the Configuration does not allow (contract section 10.4). Other services are not touched. Without a group a method is allowed unless a list
/// says what is (recorded: grpc-api-allowed).
/// </summary>
internal static class GrpcApiAccess
{
    private const string Prefix = "/dapr.proto.runtime.v1.Dapr/";
    private const string Refusal = "Not Implemented";

    private static readonly FrozenDictionary<string, (string Name, string Version)> Groups = new (string Name, string Version, string Methods)[]
    {
        ("invoke", "v1", "InvokeService"),
        ("state", "v1", "GetState GetBulkState SaveState DeleteState DeleteBulkState ExecuteStateTransaction"),
        ("state", "v1alpha1", "QueryStateAlpha1"),
        ("publish", "v1", "PublishEvent BulkPublishEvent"),
        ("publish", "v1alpha1", "BulkPublishEventAlpha1"),
        ("subscribe", "v1alpha1", "SubscribeTopicEventsAlpha1"),
        ("bindings", "v1", "InvokeBinding"),
        ("secrets", "v1", "GetSecret GetBulkSecret"),
        ("actors", "v1", "RegisterActorTimer UnregisterActorTimer RegisterActorReminder GetActorReminder UnregisterActorReminder UnregisterActorRemindersByType ListActorReminders GetActorState ExecuteActorStateTransaction InvokeActor"),
        ("actors", "v1alpha1", "SubscribeActorEventsAlpha1"),
        ("metadata", "v1", "GetMetadata SetMetadata"),
        ("configuration", "v1", "GetConfiguration SubscribeConfiguration UnsubscribeConfiguration"),
        ("configuration", "v1alpha1", "GetConfigurationAlpha1 SubscribeConfigurationAlpha1 UnsubscribeConfigurationAlpha1"),
        ("lock", "v1alpha1", "TryLockAlpha1"),
        ("unlock", "v1alpha1", "UnlockAlpha1"),
        ("jobs", "v1", "ScheduleJob DeleteJob GetJob DeleteJobsByPrefix ListJobs"),
        ("jobs", "v1alpha1", "ScheduleJobAlpha1 DeleteJobAlpha1 GetJobAlpha1 DeleteJobsByPrefixAlpha1 ListJobsAlpha1"),
        ("workflows", "v1beta1", "StartWorkflowBeta1 GetWorkflowBeta1 TerminateWorkflowBeta1 RaiseEventWorkflowBeta1 PurgeWorkflowBeta1 PauseWorkflowBeta1 ResumeWorkflowBeta1"),
        ("workflows", "v1alpha1", "StartWorkflowAlpha1 GetWorkflowAlpha1 TerminateWorkflowAlpha1 RaiseEventWorkflowAlpha1 PurgeWorkflowAlpha1 PauseWorkflowAlpha1 ResumeWorkflowAlpha1"),
        ("shutdown", "v1", "Shutdown"),
    }.SelectMany(group => group.Methods.Split(' ').Select(method => (Method: method, Group: (group.Name, group.Version)))).ToFrozenDictionary(row => row.Method, row => row.Group, StringComparer.Ordinal);

    /// <summary>Adds the check to the pipeline of the gRPC head when there are rules.</summary>
    public static void UseGrpcApiAccess(this IApplicationBuilder app, RuntimeConfiguration configuration)
    {
        if (ApiAccess.For("grpc", configuration) is { } access)
        {
            app.Use(next => context => Denies(access, context.Request.Path.Value!) ? RefuseAsync(context.Response) : next(context));
        }
    }

    internal static bool Denies(ApiAccess access, string path) =>
        path.StartsWith(Prefix, StringComparison.Ordinal)
        && (Groups.TryGetValue(path[Prefix.Length..], out var group) ? !access.Allows(group.Name, group.Version) : access.HasAllowed);

    // An answer of nothing but trailers, which stand in the headers then (gRPC over HTTP/2).
    private static Task RefuseAsync(Microsoft.AspNetCore.Http.HttpResponse response)
    {
        var status = new Google.Rpc.Status
        {
            Code = (int)StatusCode.Unimplemented,
            Message = Refusal,
            Details =
            {
                Any.Pack(new ErrorInfo { Reason = Refusal, Domain = "dapr.io", Metadata = { ["http.code"] = "501", ["http.error_message"] = "requested endpoint is not available" } }),
            },
        };
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)StatusCode.Unimplemented).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Refusal;
        response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(status.ToByteArray());
        return Task.CompletedTask;
    }
}
