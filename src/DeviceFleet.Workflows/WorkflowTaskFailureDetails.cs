namespace DeviceFleet.Workflows;

/// <summary>Why an activity, a child workflow or an instance failed, as the protocol carries it between languages.</summary>
/// <param name="errorType">The exception's full type name, or whatever name the failing side's language has.</param>
/// <param name="errorMessage">The exception's message.</param>
/// <param name="stackTrace">The failing side's stack; null if it gave none.</param>
public class WorkflowTaskFailureDetails(string errorType, string errorMessage, string? stackTrace = null)
{
    /// <summary>The exception's full type name, or whatever name the failing side's language has.</summary>
    public string ErrorType { get; } = errorType ?? throw new ArgumentNullException(nameof(errorType));

    /// <summary>The exception's message.</summary>
    public string ErrorMessage { get; } = errorMessage ?? throw new ArgumentNullException(nameof(errorMessage));

    /// <summary>The failing side's stack; null if it gave none.</summary>
    public string? StackTrace { get; } = stackTrace;

    /// <summary>Whether the failure is a <typeparamref name="T"/> or derived from it. False if no such type is loaded here.</summary>
    public bool IsCausedBy<T>()
        where T : Exception
    {
        if (ErrorType == typeof(T).FullName)
        {
            return true;
        }

        var type = Type.GetType(ErrorType, throwOnError: false)
            ?? AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(ErrorType, throwOnError: false)).FirstOrDefault(found => found is not null);
        return type is not null && typeof(T).IsAssignableFrom(type);
    }

    /// <summary>Type and message.</summary>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";
}
