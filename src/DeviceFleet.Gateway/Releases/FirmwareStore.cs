using System.Globalization;
using Dapr.Client;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Gateway.Releases;

/// <summary>
/// Images in parts, through binding <c>firmware-store</c>: files where it is <c>bindings.localstorage</c>, objects where it is <c>bindings.aws.s3</c>. Parts are sent as base64, which both
/// are told to decode: bytes that happen to be base64 themselves would otherwise be stored as something else. Thread-safe.
/// </summary>
internal sealed class FirmwareStore(DaprClient dapr)
{
    public Task PutAsync(string store, int part, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        dapr.InvokeBindingAsync(DaprNames.FirmwareStore, "create", Convert.ToBase64String(bytes.Span), NameOf(store, part), cancellationToken);

    public async Task<ReadOnlyMemory<byte>> GetAsync(string store, int part, CancellationToken cancellationToken)
    {
        var request = new BindingRequest(DaprNames.FirmwareStore, "get");
        foreach (var (name, value) in NameOf(store, part))
        {
            request.Metadata[name] = value;
        }

        return (await dapr.InvokeBindingAsync(request, cancellationToken)).Data;
    }

    public Task DeleteAsync(string store, int part, CancellationToken cancellationToken) =>
        dapr.InvokeBindingAsync(DaprNames.FirmwareStore, "delete", string.Empty, NameOf(store, part), cancellationToken);

    /// <summary>Each component reads its own name and ignores the other's.</summary>
    private static Dictionary<string, string> NameOf(string store, int part)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{store}/{part}");
        return new Dictionary<string, string> { ["fileName"] = name, ["key"] = name };
    }
}
