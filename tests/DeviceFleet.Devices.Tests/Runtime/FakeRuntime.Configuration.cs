using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace DeviceFleet.Testing;

internal sealed partial class FakeRuntime
{
    private const int NoticesMax = 100;
    private readonly ConcurrentDictionary<string, string> _configuration = new();
    private readonly ConcurrentDictionary<string, Channel<string>> _subscribers = new();

    /// <summary>Whether reading settings fails.</summary>
    public bool FailConfiguration { get; set; }

    /// <summary>Changes a setting, and tells who subscribed; null takes it out.</summary>
    public void Configure(string key, string? value)
    {
        if (value is null)
        {
            _configuration.TryRemove(key, out _);
        }
        else
        {
            _configuration[key] = value;
        }

        foreach (var subscriber in _subscribers.Values)
        {
            subscriber.Writer.TryWrite(key);
        }
    }

    /// <summary>Ends every open subscription, as a runtime that restarts does.</summary>
    public void EndSubscriptions()
    {
        foreach (var subscriber in _subscribers.Values)
        {
            subscriber.Writer.TryComplete();
        }
    }

    private (IMessage? Answer, int Status) Configured()
    {
        if (FailConfiguration)
        {
            return (null, 13);
        }

        var answer = new GetConfigurationResponse();
        foreach (var (key, value) in _configuration)
        {
            answer.Items.Add(key, new ConfigurationItem { Value = value });
        }

        return (answer, 0);
    }

    /// <summary>The first message brings the id, each next one a change (Dapr API reference, configuration).</summary>
    private async Task StreamConfigurationAsync(HttpContext context)
    {
        var id = Guid.NewGuid().ToString();
        var notices = Channel.CreateBounded<string>(NoticesMax);
        _subscribers[id] = notices;
        try
        {
            await WriteAsync(new SubscribeConfigurationResponse { Id = id });
            await foreach (var key in notices.Reader.ReadAllAsync(context.RequestAborted))
            {
                await WriteAsync(new SubscribeConfigurationResponse { Id = id, Items = { [key] = new ConfigurationItem { Value = _configuration.GetValueOrDefault(key, "") } } });
            }

            context.Response.AppendTrailer("grpc-status", "0");
        }
        catch (OperationCanceledException)
        {
            // The service went.
        }
        finally
        {
            _subscribers.TryRemove(id, out _);
        }

        async Task WriteAsync(IMessage message)
        {
            await context.Response.Body.WriteAsync(Frame(message), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
