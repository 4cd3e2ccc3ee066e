namespace EmbeddedDapr.Diagnostics;

/// <summary>The category of an error code, a label of <c>dapr_error_code_total</c>.</summary>
internal static class ErrorCategories
{
    // The first that the code begins with, without its ERR_ or DAPR_; longer ones come before their beginnings.
    private static readonly (string Begin, string Category)[] Table =
    [
        ("ACTOR", "actor"), ("STATE", "state"), ("NOT_SUPPORTED_STATE_OPERATION", "state"), ("PUBSUB", "pubsub"), ("TOPIC", "pubsub"), ("PUBLISH", "pubsub"), ("SECRET", "secret"),
        ("PERMISSION_DENIED", "secret"), ("CONFIGURATION", "configuration"), ("LOCK", "lock"), ("TRY_LOCK", "lock"), ("UNLOCK", "lock"), ("INVOKE_OUTPUT_BINDING", "binding"),
        ("DIRECT_INVOKE", "service-invocation"), ("HEALTH", "healthz"), ("OUTBOUND_HEALTH", "healthz"), ("SCHEDULER", "job"), ("WORKFLOW", "workflow"), ("INSTANCE_ID", "workflow"), ("CRYPTO", "crypto"),
        ("CONVERSATION", "conversation"),
    ];

    public static string Of(ApiError error)
    {
        var code = error.Code.Length > 0 ? error.Code : error.Details?.Reason ?? string.Empty;
        var name = code.StartsWith("ERR_", StringComparison.Ordinal) ? code["ERR_".Length..] : code.StartsWith("DAPR_", StringComparison.Ordinal) ? code["DAPR_".Length..] : code;
        foreach (var (begin, category) in Table)
        {
            if (name.StartsWith(begin, StringComparison.Ordinal))
            {
                return category;
            }
        }

        return "common";
    }
}
