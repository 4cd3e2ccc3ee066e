namespace DeviceFleet.Architecture.Tests.Repository;

/// <summary>Tells every fault found, whole and one a line: the framework's own message would cut them.</summary>
internal static class Faults
{
    public static void None(IEnumerable<string> faults)
    {
        var all = faults.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }
}
