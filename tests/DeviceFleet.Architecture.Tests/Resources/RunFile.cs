namespace DeviceFleet.Architecture.Tests.Resources;

// dapr.yaml (Dapr docs, "Multi-App Run template file"): the members in use here.

internal sealed class RunFile
{
    public int Version { get; set; }

    public RunFileCommon Common { get; set; } = new();

    public List<RunFileApp> Apps { get; set; } = [];
}

internal sealed class RunFileCommon
{
    public List<string> ResourcesPaths { get; set; } = [];

    public string ConfigFilePath { get; set; } = string.Empty;

    public string ApiListenAddresses { get; set; } = string.Empty;
}

internal sealed class RunFileApp
{
    public string AppID { get; set; } = string.Empty;

    public string AppDirPath { get; set; } = string.Empty;

    public int AppPort { get; set; }

    public int DaprHTTPPort { get; set; }

    public int DaprGRPCPort { get; set; }

    public List<string> Command { get; set; } = [];

    public Dictionary<string, string> Env { get; set; } = [];
}
