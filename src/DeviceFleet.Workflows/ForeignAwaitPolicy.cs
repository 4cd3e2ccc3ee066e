namespace DeviceFleet.Workflows;

/// <summary>What happens to an instance whose code waits for something that is not of its context.</summary>
public enum ForeignAwaitPolicy
{
    /// <summary>It fails, with an error of type <c>NonDeterministicAwait</c>.</summary>
    Fail,

    /// <summary>A line in the log; the instance stays as it is until an event or a caller moves it.</summary>
    LogOnly,
}
