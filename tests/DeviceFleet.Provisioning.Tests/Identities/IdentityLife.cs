using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;
using DeviceFleet.Provisioning.Identities;

namespace DeviceFleet.Provisioning.Tests.Identities;

/// <summary>An identity on its way through changes, stored and read again after each as its actor does.</summary>
internal sealed class IdentityLife
{
    public const string Hardware = "A4:CF:12:0B";
    public const string EnrolmentId = "oslo";

    public static DeviceId Device { get; } = DeviceId.Parse("pump-7");

    private static readonly SecretMaker Secrets = new(new byte[32], 1);
    private int _nonce;

    public IdentityState State { get; private set; } = IdentityState.New(Device);

    public long Now { get; set; } = 1_000_000;

    /// <summary>Everything that left the outbox, in order.</summary>
    public List<OutboxItem> Sent { get; } = [];

    public List<AuditEntry> Audit { get; } = [];

    public string? Instance => State.Saga?.Instance;

    public ProvisionAnswer Claim(
        string? hardware = null, string? nonce = null, bool mayReprovision = false, string enrolment = EnrolmentId, string? claimId = "c1", bool needsApproval = false)
    {
        var (next, answer) = State.TakeClaim(
            new ClaimTake
            {
                Nonce = nonce ?? $"nonce-{++_nonce:D12}",
                ExpiresAt = Now + 60_000,
                HardwareId = hardware ?? Hardware,
                EnrolmentId = enrolment,
                ClaimId = claimId,
                Verdict = new ClaimVerdict
                {
                    DeviceId = Device, Allocation = new Allocation(), MayReprovision = mayReprovision, NeedsApproval = needsApproval, ConnectWithinMs = 600_000,
                },
                At = Now,
            },
            Secrets);
        Keep(next);
        return answer;
    }

    public ChangeReply<IdentityReply> Saga(
        IdentityAction action, string step, SagaState state = SagaState.Running, string? instance = null, string? credentialId = null)
    {
        var name = instance ?? Instance ?? "provision-pump-7-1";
        var known = State.SagaOf(name)?.Progress;
        return Apply(new IdentityChange
        {
            Action = action,
            Instance = name,
            Step = step,
            Progress = new SagaProgress
            {
                Instance = name,
                Kind = known?.Kind ?? SagaKind.Provision,
                State = state,
                Step = step,
                StepSince = Now,
                StartedAt = known?.StartedAt ?? Now,
                EndedAt = state is SagaState.Done or SagaState.Compensated ? Now : null,
                By = known?.By ?? "",
            },
            CredentialId = credentialId,
            By = name,
            At = Now,
        });
    }

    public ChangeReply<IdentityReply> Person(
        IdentityAction action, string? credentialId = null, SagaChoice? choice = null, string? forInstance = null, string by = "ada") =>
        Apply(new IdentityChange { Action = action, CredentialId = credentialId, Choice = choice, ForInstance = forInstance, By = by, At = Now });

    public ChangeReply<IdentityReply> Connect(string credentialId) => Person(IdentityAction.Connected, credentialId, by: "broker");

    public ChangeReply<IdentityReply> Apply(IdentityChange change)
    {
        var (next, reply) = State.Apply(change, Secrets);
        Keep(next);
        return reply;
    }

    /// <summary>Goes through provisioning as the saga does, up to and with a step.</summary>
    public string? Provision(string upTo = SagaSteps.Activate)
    {
        string? credential = null;
        foreach (var step in SagaSteps.Of(SagaKind.Provision))
        {
            Now += 1_000;
            switch (step)
            {
                case SagaSteps.Verify: Saga(IdentityAction.Progress, step); break;
                case SagaSteps.Reserve: Saga(IdentityAction.Reserve, step); break;
                case SagaSteps.Issue: credential = Saga(IdentityAction.Issue, step).Value!.CredentialId; break;
                case SagaSteps.Allow: Saga(IdentityAction.Allow, step); break;
                case SagaSteps.Twin: Saga(IdentityAction.NoteTwin, step); break;
                case SagaSteps.Answer: Saga(IdentityAction.Answer, step); break;
                case SagaSteps.Connect when upTo != step: Connect(credential!); break;
                case SagaSteps.Activate: Saga(IdentityAction.Activate, step, SagaState.Done); break;
            }

            if (step == upTo)
            {
                break;
            }
        }

        return credential;
    }

    /// <summary>Takes everything back as the saga does.</summary>
    public void TakeBack(string from = SagaSteps.Connect)
    {
        Saga(IdentityAction.Progress, from, SagaState.Compensating);
        Saga(IdentityAction.ForgetTwin, SagaSteps.Twin, SagaState.Compensating);
        Saga(IdentityAction.Forbid, SagaSteps.Allow, SagaState.Compensating);
        Saga(IdentityAction.Withdraw, SagaSteps.Issue, SagaState.Compensating);
        Saga(IdentityAction.Release, SagaSteps.Reserve, SagaState.Compensated);
    }

    private void Keep(IdentityState next)
    {
        Assert.True(next.Revision >= State.Revision);
        Audit.AddRange(next.Audit);
        Sent.AddRange(next.Outbox);
        var json = JsonSerializer.Serialize(next with { Audit = [], Outbox = [] }, IdentityStateJson.Default.IdentityState);
        State = JsonSerializer.Deserialize(json, IdentityStateJson.Default.IdentityState)!;
    }
}
