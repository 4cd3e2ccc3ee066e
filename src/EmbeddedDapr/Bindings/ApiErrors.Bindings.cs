namespace EmbeddedDapr;

/// <content>Rows of the output bindings API (contract section 5.4).</content>
public static partial class ApiErrors
{
    internal static ApiError InvokeOutputBinding(string binding, string why) =>
        new("ERR_INVOKE_OUTPUT_BINDING", $"error invoking output binding {binding}: {why}", 500, GrpcCode.Internal);
}
