using EmbeddedDapr.Components;

namespace EmbeddedDapr.Bindings;

/// <summary>Metadata <c>direction</c> of a binding (contract section 5.1).</summary>
/// <param name="IsGiven">It is there: the app is not asked.</param>
/// <param name="MayRead">It contains <c>input</c>, or is not there.</param>
/// <param name="MayWrite">It contains <c>output</c>, or is not there.</param>
internal readonly record struct BindingDirection(bool IsGiven, bool MayRead, bool MayWrite)
{
    public static BindingDirection Of(ComponentSpec spec)
    {
        if (spec.Metadata.Text("direction") is not { } text)
        {
            return new BindingDirection(false, true, true);
        }

        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new BindingDirection(
            true, parts.Contains("input", StringComparer.OrdinalIgnoreCase), parts.Contains("output", StringComparer.OrdinalIgnoreCase));
    }
}
