namespace EmbeddedDapr.Cel;

/// <summary>An expression that is no CEL, or that cannot be evaluated for this input.</summary>
internal sealed class CelException(string message) : Exception(message);
