using System.Diagnostics;
using EmbeddedDapr.Resiliency;

namespace EmbeddedDapr.Diagnostics;

/// <content>Actors, and policies around calls.</content>
public sealed partial class SidecarMetrics : IResiliencyObserver
{
    private const string ActorTypeLabel = "actor_type";
    private static readonly (BreakerState? State, string Text)[] BreakerStates =
        [(Resiliency.BreakerState.Closed, "closed"), (Resiliency.BreakerState.HalfOpen, "half-open"), (Resiliency.BreakerState.Open, "open"), (null, "unknown")];

    /// <summary>How many calls wait for a turn.</summary>
    public void ActorCallsPending(string actorType, int calls) => RuntimeInstruments.ActorPendingCalls.Record(calls, Actor(actorType));

    /// <summary>How many timers there are.</summary>
    public void ActorTimers(string actorType, int timers) => RuntimeInstruments.ActorTimers.Record(timers, Actor(actorType));

    /// <summary>How many reminders there are.</summary>
    public void ActorReminders(string actorType, int reminders) => RuntimeInstruments.ActorReminders.Record(reminders, Actor(actorType));

    /// <summary>A timer called its actor.</summary>
    public void ActorTimerFired(string actorType, bool success) => RuntimeInstruments.ActorTimersFired.Add(1, [.. Actor(actorType), new(SuccessLabel, Text(success))]);

    /// <summary>A reminder called its actor.</summary>
    public void ActorReminderFired(string actorType, bool success) => RuntimeInstruments.ActorRemindersFired.Add(1, [.. Actor(actorType), new(SuccessLabel, Text(success))]);

    /// <summary>An actor was told that it is forgotten, or could not be told.</summary>
    public void ActorDeactivated(string actorType, bool success) =>
        (success ? RuntimeInstruments.ActorDeactivated : RuntimeInstruments.ActorDeactivationFailed).Add(1, Actor(actorType));

    /// <inheritdoc/>
    void IResiliencyObserver.Loaded(string resource, string @namespace) =>
        RuntimeInstruments.PoliciesLoaded.Add(1, [new(AppIdLabel, AppId), new("name", resource), new(NamespaceLabel, @namespace)]);

    /// <inheritdoc/>
    void IResiliencyObserver.Executed(in PolicyEvent policy)
    {
        RuntimeInstruments.PoliciesExecuted.Add(1, Policy(policy, TextOf(policy)));
        if (policy.Policy == "circuitbreaker")
        {
            foreach (var (state, text) in BreakerStates)
            {
                RuntimeInstruments.BreakerState.Record(state == policy.Status ? 1 : 0, Policy(policy, text));
            }
        }
    }

    /// <inheritdoc/>
    void IResiliencyObserver.Activated(in PolicyEvent policy) => RuntimeInstruments.PoliciesActivated.Add(1, Policy(policy, TextOf(policy)));

    private static string TextOf(in PolicyEvent policy)
    {
        var status = policy.Status;
        return status is null ? string.Empty : BreakerStates.First(state => state.State == status).Text;
    }

    private KeyValuePair<string, object?>[] Actor(string actorType) => [new(ActorTypeLabel, actorType), new(AppIdLabel, AppId)];

    private TagList Policy(in PolicyEvent policy, string status) =>
    [
        new(AppIdLabel, AppId), new("flow_direction", policy.FlowDirection), new("name", policy.Resource), new(NamespaceLabel, policy.Namespace),
        new("policy", policy.Policy), new(StatusLabel, status), new("target", policy.Target),
    ];
}
