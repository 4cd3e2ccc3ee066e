namespace DeviceFleet.Workflows;

/// <summary>What happens to an instance whose history its code does not follow.</summary>
public enum NonDeterminismPolicy
{
    /// <summary>It fails, with an error of type <c>NonDeterminismError</c> that names what was expected and what was found.</summary>
    Fail,

    /// <summary>It stalls, and goes on when a worker with matching code connects. The log says what did not match.</summary>
    Stall,
}
