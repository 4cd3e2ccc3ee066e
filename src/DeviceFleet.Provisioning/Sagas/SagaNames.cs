using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>Names of workflows and of the events that they wait for.</summary>
internal static class SagaNames
{
    /// <summary>The device connected with the saga's credential; payload: none.</summary>
    public const string Connected = "connected";

    /// <summary>The device connected, but with another credential than the saga's; payload: none.</summary>
    public const string Seen = "seen";

    /// <summary>A person chose; payload: a <see cref="SagaDecision"/>.</summary>
    public const string Choice = "choice";

    /// <summary>The workflow of a kind.</summary>
    public static string WorkflowOf(SagaKind kind) => kind switch
    {
        SagaKind.Provision => nameof(ProvisionDevice),
        SagaKind.Rotate => nameof(RotateCredentials),
        SagaKind.Decommission => nameof(DecommissionDevice),
    };
}

/// <summary>What a person decided.</summary>
/// <param name="Choice">What.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">Why; null: not said.</param>
internal sealed record SagaDecision(SagaChoice Choice, string By, string? Reason);
