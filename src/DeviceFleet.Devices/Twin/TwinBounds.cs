using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Documents;

namespace DeviceFleet.Devices.Twin;

/// <summary>Holds documents to <see cref="TwinLimits"/>.</summary>
internal static class TwinBounds
{
    /// <summary>All that is wrong with a document, one sentence each, for a person.</summary>
    /// <param name="tree">The document.</param>
    /// <param name="value">The same.</param>
    public static IReadOnlyList<string> FaultsOf(JsonTree tree, JsonElement value)
    {
        var faults = new List<string>();
        if (CompactJson.BytesOf(value) is var bytes and not <= TwinLimits.DocumentBytesMax)
        {
            faults.Add($"The document would have {bytes} bytes; at most {TwinLimits.DocumentBytesMax} are kept.");
        }

        if (tree.Leaves().Count() is var leaves and > TwinLimits.LeavesMax)
        {
            faults.Add($"It would have {leaves} leaves; at most {TwinLimits.LeavesMax} are kept.");
        }

        if (CompactJson.DepthOf(value) is var depth and > TwinLimits.DepthMax)
        {
            faults.Add($"It would be nested {depth} deep; at most {TwinLimits.DepthMax} are kept.");
        }

        if (tree.Names().Any(name => name.Length is 0 or > TwinLimits.NameLengthMax))
        {
            faults.Add($"A name has 1 to {TwinLimits.NameLengthMax} characters.");
        }

        if (tree.Leaves().Any(leaf => leaf.Pointer.Length > TwinLimits.PointerLengthMax))
        {
            faults.Add($"The JSON pointer of a leaf has at most {TwinLimits.PointerLengthMax} characters.");
        }

        return faults;
    }
}
