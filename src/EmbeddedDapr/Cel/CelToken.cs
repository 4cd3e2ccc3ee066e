namespace EmbeddedDapr.Cel;

internal enum CelTokenKind
{
    End,
    Identifier,
    Int,
    UInt,
    Double,
    Text,
    Symbol,
}

/// <summary>A token: <paramref name="Text"/> is its value (escapes resolved), <paramref name="At"/> its offset.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, int At);
