namespace EmbeddedDapr.Bindings;

/// <summary>An event that a binding read.</summary>
/// <param name="Data">The payload, untouched.</param>
/// <param name="Metadata">Becomes HTTP headers of the call into the app; null: none.</param>
public sealed record BindingEvent(ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string>? Metadata);

/// <summary>Takes an event; true: the app took it and the source may be told so; false: it did not, after all retries.</summary>
public delegate ValueTask<bool> BindingHandler(BindingEvent bindingEvent, CancellationToken cancellationToken);

/// <summary>A binding that reads.</summary>
public interface IInputBinding : IAsyncDisposable
{
    /// <summary>Starts reading; returns once connected, and goes on (reconnecting by itself) until disposed or cancelled.</summary>
    ValueTask StartAsync(BindingHandler handler, CancellationToken cancellationToken);
}

/// <summary>A request to an output binding.</summary>
/// <param name="Operation">Such as <c>create</c>.</param>
/// <param name="Data">Payload.</param>
/// <param name="Metadata">Of the request.</param>
public sealed record OutputBindingRequest(string Operation, ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata);

/// <summary>An output binding's answer.</summary>
/// <param name="Data">Null: nothing (HTTP 204).</param>
/// <param name="Metadata">Becomes <c>metadata.*</c> headers.</param>
public sealed record OutputBindingResponse(ReadOnlyMemory<byte>? Data, IReadOnlyDictionary<string, string>? Metadata = null);

/// <summary>
/// An output binding refused, or its target did; the message is for the caller. The answer's metadata goes to the caller all the same (contract section 5.4), its data does not.
/// </summary>
public sealed class OutputBindingException(string message, OutputBindingResponse response) : Exception(message)
{
    /// <summary>What the target answered.</summary>
    public OutputBindingResponse Response { get; } = response;
}

/// <summary>A binding that writes.</summary>
public interface IOutputBinding : IAsyncDisposable
{
    /// <summary>Operations it knows.</summary>
    IReadOnlyList<string> Operations { get; }

    /// <summary>Carries out a request whose operation is one of <see cref="Operations"/>.</summary>
    /// <exception cref="OutputBindingException">It failed, and there is metadata to tell about it.</exception>
    ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken);
}
