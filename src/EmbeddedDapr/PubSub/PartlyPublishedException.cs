namespace EmbeddedDapr.PubSub;

/// <summary>Some messages of a call were not published, the others were.</summary>
/// <param name="failed">Why, by position in the call; not empty.</param>
public sealed class PartlyPublishedException(IReadOnlyDictionary<int, string> failed) : Exception(failed.First().Value)
{
    /// <summary>Why, by position in the call.</summary>
    public IReadOnlyDictionary<int, string> Failed { get; } = failed;
}
