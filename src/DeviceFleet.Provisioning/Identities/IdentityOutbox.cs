using System.Text.Json;
using Dapr.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Sagas;
using DeviceFleet.ServiceDefaults.Publishing;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>
/// Sends what lies in an identity's outbox. The kinds do not wait for each other, as one that cannot be sent must not hold up a session's cut; within a kind the order stays, and a saga is
/// started before it is told something.
/// </summary>
internal sealed partial class IdentityOutbox(
    EventPublisher<IdentityEvent> events, ISagas sagas, DaprClient dapr, IdentityMetrics metrics, TimeProvider time, ILogger<IdentityOutbox> logger)
{
    private const string Create = "create";

    /// <summary>After how long what does not answer is left for the reminder: the identity takes no calls while it sends.</summary>
    private static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(10);

    /// <summary>Ends when all is sent that can be; what is left has to be sent again, and may have been sent all the same.</summary>
    public async Task<IReadOnlyList<OutboxItem>> SendAsync(IdentityState state)
    {
        var cuts = state.Outbox.Where(item => item.Cut is not null).ToList();
        var told = state.Outbox.Where(item => item.Audit is not null || item.Changed is not null).ToList();
        var calls = state.Outbox.Where(item => item.Start is not null || item.Raise is not null).ToList();
        var sent = await Task.WhenAll(
            TryAsync(state.DeviceId, cuts, token => CutAsync(state.DeviceId, token)),
            TryAsync(state.DeviceId, told, _ => TellAsync(state, told)),
            TryAsync(state.DeviceId, calls, token => CallAsync(calls, token)));
        var gone = sent.SelectMany(items => items).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. state.Outbox.Where(item => !gone.Contains(item))];
    }

    private async Task<IReadOnlyList<OutboxItem>> TryAsync(DeviceId device, List<OutboxItem> items, Func<CancellationToken, Task> send)
    {
        if (items.Count == 0)
        {
            return items;
        }

        try
        {
            using var timeout = new CancellationTokenSource(SendWithin, time);
            await send(timeout.Token);
            return items;
        }
        catch (Exception exception)
        {
            // The change is saved and stands; what is left is telling of it, and the reminder will.
            metrics.CountFailed(items.Count);
            Log.NotSent(logger, exception, items.Count, device);
            return [];
        }
    }

    private async Task CutAsync(DeviceId device, CancellationToken cancellationToken)
    {
        var request = new BindingRequest(DaprNames.BrokerControl, Create) { Data = JsonSerializer.SerializeToUtf8Bytes<string[]>([device.Value]) };
        await dapr.InvokeBindingAsync(request, cancellationToken);
    }

    private Task TellAsync(IdentityState state, List<OutboxItem> items)
    {
        var identity = state.ToView();
        return events.PublishAsync([.. items.Select(item => new IdentityEvent { Identity = identity, Audit = item.Audit })], CancellationToken.None);
    }

    private async Task CallAsync(List<OutboxItem> items, CancellationToken cancellationToken)
    {
        foreach (var item in items)
        {
            if (item.Start is { } order)
            {
                await sagas.StartAsync(order, cancellationToken);
            }
            else if (item.Raise is { } call)
            {
                await sagas.RaiseAsync(call.Instance, call.Name, call.Decision, cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1000, LogLevel.Warning, "{Count} things that follow from a change of identity {Device} wait in its outbox.")]
        public static partial void NotSent(ILogger logger, Exception exception, int count, DeviceId device);
    }
}
