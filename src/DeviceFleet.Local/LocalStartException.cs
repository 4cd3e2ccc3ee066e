namespace DeviceFleet.Local;

/// <summary>A reason not to start that the user can mend; printed without a stack.</summary>
public sealed class LocalStartException(string message, Exception? inner = null) : Exception(message, inner);
