using EmbeddedDapr.Runtime;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpcs of the jobs API (contract section 7.4); the alpha names do the same.</summary>
internal static class JobMethods
{
    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        new UnaryMethod<Proto.ScheduleJobRequest, Proto.ScheduleJobResponse>("ScheduleJob", Proto.ScheduleJobRequest.Parser, ScheduleAsync),
        new UnaryMethod<Proto.ScheduleJobRequest, Proto.ScheduleJobResponse>("ScheduleJobAlpha1", Proto.ScheduleJobRequest.Parser, ScheduleAsync),
        new UnaryMethod<Proto.GetJobRequest, Proto.GetJobResponse>("GetJob", Proto.GetJobRequest.Parser, GetAsync),
        new UnaryMethod<Proto.GetJobRequest, Proto.GetJobResponse>("GetJobAlpha1", Proto.GetJobRequest.Parser, GetAsync),
        new UnaryMethod<Proto.DeleteJobRequest, Proto.DeleteJobResponse>("DeleteJob", Proto.DeleteJobRequest.Parser, DeleteAsync),
        new UnaryMethod<Proto.DeleteJobRequest, Proto.DeleteJobResponse>("DeleteJobAlpha1", Proto.DeleteJobRequest.Parser, DeleteAsync),
        new UnaryMethod<Proto.DeleteJobsByPrefixRequest, Proto.DeleteJobsByPrefixResponse>(
            "DeleteJobsByPrefix",
            Proto.DeleteJobsByPrefixRequest.Parser,
            static async (sidecar, request, cancellationToken) =>
                await sidecar.Jobs.DeleteByPrefixAsync(request.NamePrefix, cancellationToken) is { } error ? error : new Proto.DeleteJobsByPrefixResponse()),
        new UnaryMethod<Proto.DeleteJobsByPrefixRequestAlpha1, Proto.DeleteJobsByPrefixResponseAlpha1>(
            "DeleteJobsByPrefixAlpha1",
            Proto.DeleteJobsByPrefixRequestAlpha1.Parser,
            static async (sidecar, request, cancellationToken) =>
                await sidecar.Jobs.DeleteByPrefixAsync(request.NamePrefix, cancellationToken) is { } error ? error : new Proto.DeleteJobsByPrefixResponseAlpha1()),
        new UnaryMethod<Proto.ListJobsRequest, Proto.ListJobsResponse>(
            "ListJobs",
            Proto.ListJobsRequest.Parser,
            static async (sidecar, _, cancellationToken) =>
            {
                var jobs = await ListAsync(sidecar, cancellationToken);
                return jobs.Error is { } error ? error : new Proto.ListJobsResponse { Jobs = { jobs.Value } };
            }),
        new UnaryMethod<Proto.ListJobsRequestAlpha1, Proto.ListJobsResponseAlpha1>(
            "ListJobsAlpha1",
            Proto.ListJobsRequestAlpha1.Parser,
            static async (sidecar, _, cancellationToken) =>
            {
                var jobs = await ListAsync(sidecar, cancellationToken);
                return jobs.Error is { } error ? error : new Proto.ListJobsResponseAlpha1 { Jobs = { jobs.Value } };
            }),
    ];

    private static async ValueTask<ApiResult<Proto.ScheduleJobResponse>> ScheduleAsync(Sidecar sidecar, Proto.ScheduleJobRequest request, CancellationToken cancellationToken)
    {
        var error = request.Job is null
            ? sidecar.Jobs.Missing()
            : await sidecar.Jobs.ScheduleAsync(JobMessages.ToRequest(request.Job, request.Overwrite), cancellationToken);
        return error is null ? new Proto.ScheduleJobResponse() : error;
    }

    private static async ValueTask<ApiResult<Proto.GetJobResponse>> GetAsync(Sidecar sidecar, Proto.GetJobRequest request, CancellationToken cancellationToken)
    {
        var result = await sidecar.Jobs.GetAsync(request.Name, cancellationToken);
        return result.Error is { } error ? error : new Proto.GetJobResponse { Job = Proto.Job.Parser.ParseFrom(result.Value.Span) };
    }

    private static async ValueTask<ApiResult<Proto.DeleteJobResponse>> DeleteAsync(Sidecar sidecar, Proto.DeleteJobRequest request, CancellationToken cancellationToken) =>
        await sidecar.Jobs.DeleteAsync(request.Name, cancellationToken) is { } error ? error : new Proto.DeleteJobResponse();

    private static async ValueTask<ApiResult<IEnumerable<Proto.Job>>> ListAsync(Sidecar sidecar, CancellationToken cancellationToken)
    {
        var result = await sidecar.Jobs.ListAsync(cancellationToken);
        return result.Error is { } error ? error : ApiResult.Ok(result.Value.Select(description => Proto.Job.Parser.ParseFrom(description.Span)));
    }
}
