using EmbeddedDapr.Bindings;
using EmbeddedDapr.Secrets;

namespace EmbeddedDapr.Tests.Fakes;

/// <summary>An output binding that keeps requests.</summary>
internal sealed class FakeOutputBinding : IOutputBinding
{
    public List<OutputBindingRequest> Requests { get; } = [];

    public OutputBindingResponse Answer { get; set; } = new(null);

    public IReadOnlyList<string> Operations => ["create", "get"];

    public ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        return request.Operation == "get" && Answer.Data is null ? throw new IOException("nothing to get") : ValueTask.FromResult(Answer);
    }

    public ValueTask DisposeAsync() => default;
}

/// <summary>A secret store in a dictionary.</summary>
internal sealed class FakeSecretStore(Dictionary<string, string> secrets) : ISecretStore
{
    public ValueTask<IReadOnlyDictionary<string, string>?> GetAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, string>?>(secrets.TryGetValue(key, out var value) ? new Dictionary<string, string> { [key] = value } : null);

    public ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>>(
            secrets.ToDictionary(secret => secret.Key, IReadOnlyDictionary<string, string> (secret) => new Dictionary<string, string> { [secret.Key] = secret.Value }));

    public ValueTask DisposeAsync() => default;
}
