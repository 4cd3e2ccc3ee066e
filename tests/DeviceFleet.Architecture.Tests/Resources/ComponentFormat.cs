namespace DeviceFleet.Architecture.Tests.Resources;

/// <summary>Metadata that a component type reads: a misspelt name would be ignored by the runtime without a word.</summary>
/// <param name="Required">Without these it does not start.</param>
/// <param name="Optional">In use here or likely to be.</param>
internal sealed record ComponentFormat(string[] Required, string[] Optional)
{
    private static readonly string[] Redis =
    [
        "redisUsername", "redisDB", "redisType", "enableTLS", "redisMaxRetries", "redisMaxRetryInterval", "dialTimeout", "readTimeout", "writeTimeout", "poolSize", "failover",
        "sentinelMasterName", "maxRetries",
    ];

    /// <summary>By <c>spec.type</c> (Dapr docs, component specs; <c>pubsub.sqlite</c> and <c>configuration.file</c> are the embedded runtime's own).</summary>
    public static IReadOnlyDictionary<string, ComponentFormat> ByType { get; } = new Dictionary<string, ComponentFormat>(StringComparer.Ordinal)
    {
        ["state.sqlite"] = new(["connectionString"], ["actorStateStore", "tableName", "metadataTableName", "timeout", "busyTimeout", "cleanupInterval", "keyPrefix"]),
        ["state.redis"] = new(["redisHost"], ["redisPassword", "actorStateStore", "keyPrefix", "ttlInSeconds", .. Redis]),
        ["pubsub.sqlite"] = new(["connectionString"], ["redeliverInterval", "maxRetries", "retention", "maxMessages", "maxBytes", "consumerID"]),
        ["pubsub.redis"] = new(
            ["redisHost"],
            ["redisPassword", "consumerID", "concurrency", "queueDepth", "processingTimeout", "redeliverInterval", "maxLenApprox", "streamTTL", .. Redis]),
        ["bindings.mqtt3"] = new(["url", "topic", "consumerID"], ["direction", "route", "retain", "cleanSession", "backOffMaxRetries", "caCert", "clientCert", "clientKey"]),
        ["bindings.http"] = new(["url"], ["responseTimeout", "maxResponseBodySize", "errorIfNot2XX"]),
        ["bindings.localstorage"] = new(["rootPath"], []),
        ["bindings.aws.s3"] = new(["bucket", "region"], ["endpoint", "accessKey", "secretKey", "sessionToken", "forcePathStyle", "decodeBase64", "encodeBase64", "disableSSL", "insecureSSL"]),
        ["configuration.file"] = new(["file"], ["nestedSeparator", "pollInterval"]),
        ["configuration.redis"] = new(["redisHost"], ["redisPassword", .. Redis]),
        ["secretstores.local.env"] = new([], ["prefix"]),
        ["secretstores.local.file"] = new(["secretsFile"], ["multiValued", "nestedSeparator"]),
        ["secretstores.kubernetes"] = new([], ["defaultNamespace"]),
    };
}
