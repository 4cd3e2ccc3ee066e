using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>Starts sagas and tells them what happened. Both may be said again: it changes nothing.</summary>
internal interface ISagas
{
    /// <summary>Starts the saga unless it was started before, whether it runs or has ended.</summary>
    Task StartAsync(SagaOrder order, CancellationToken cancellationToken);

    /// <summary>Raises an event for the saga; nothing happens when it has ended.</summary>
    Task RaiseAsync(string instance, string eventName, object? payload, CancellationToken cancellationToken);
}
