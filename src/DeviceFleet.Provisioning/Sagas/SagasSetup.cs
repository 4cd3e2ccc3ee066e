using DeviceFleet.Provisioning.Sagas.Steps;
using DeviceFleet.Workflows;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Sagas;

internal static class SagasSetup
{
    public static IHostApplicationBuilder AddSagas(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<SagaOptions>().BindConfiguration(SagaOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<SagaOptions>, SagaOptionsValidator>();
        builder.Services.AddOptions<FaultOptions>().BindConfiguration(FaultOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<FaultOptions>, FaultOptionsValidator>();
        builder.Services.AddSingleton<IValidateOptions<FaultOptions>, FaultEnvironmentValidator>();
        builder.Services.AddSingleton<ActivityFaults>();
        builder.Services.AddSingleton<ISagaWorld, SagaWorld>();
        builder.Services.AddSingleton<SagaServices>();
        builder.Services.AddSingleton<ISagas, WorkflowSagas>();
        builder.Services.AddDaprWorkflow(Register);
        return builder;
    }

    /// <summary>All that a worker of sagas runs.</summary>
    public static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<ProvisionDevice>();
        options.RegisterWorkflow<RotateCredentials>();
        options.RegisterWorkflow<DecommissionDevice>();
        options.RegisterActivity<ReadSettings>();
        options.RegisterActivity<TellProgress>();
        options.RegisterActivity<BeginTakingBack>();
        options.RegisterActivity<EndTakingBack>();
        options.RegisterActivity<VerifyEnrolment>();
        options.RegisterActivity<ReserveIdentity>();
        options.RegisterActivity<IssueCredential>();
        options.RegisterActivity<WithdrawCredential>();
        options.RegisterActivity<AllowCredential>();
        options.RegisterActivity<ForbidCredential>();
        options.RegisterActivity<CreateTwin>();
        options.RegisterActivity<RemoveTwin>();
        options.RegisterActivity<AssignGroup>();
        options.RegisterActivity<ReturnGroup>();
        options.RegisterActivity<AnswerClaim>();
        options.RegisterActivity<SendCredential>();
        options.RegisterActivity<LookForConnect>();
        options.RegisterActivity<ActivateIdentity>();
        options.RegisterActivity<RevokeOthers>();
        options.RegisterActivity<RevokeAll>();
        options.RegisterActivity<DrainDevice>();
        options.RegisterActivity<ArchiveDevice>();
        options.RegisterActivity<DropArchive>();
        options.RegisterActivity<DeleteDevice>();
        options.RegisterActivity<RestoreDevice>();
        options.RegisterActivity<RetireIdentity>();
    }
}
