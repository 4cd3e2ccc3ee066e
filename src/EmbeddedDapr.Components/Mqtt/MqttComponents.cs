using EmbeddedDapr.Bindings;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Mqtt;

/// <summary>MQTT bindings of the catalog.</summary>
public static class MqttComponents
{
    /// <summary>
    /// Adds <c>bindings.mqtt3</c>, in and out, and <c>pubsub.mqtt3</c>. A <paramref name="connector"/> of the host's own takes the place of sockets; it may fall back to
    /// <see cref="SocketConnector"/> for urls that it does not serve.
    /// </summary>
    public static ComponentCatalog AddMqtt(this ComponentCatalog catalog, IMqttConnector? connector = null, MqttBindingOptions? options = null)
    {
        options ??= new MqttBindingOptions();
        catalog.InputBindings["bindings.mqtt3"] = (spec, context, _) =>
            ValueTask.FromResult<IInputBinding>(new MqttInputBinding(
                MqttBindingMetadata.Read(spec.Metadata), connector ?? SocketConnector(context, options), options, context.Time));
        catalog.OutputBindings["bindings.mqtt3"] = (spec, context, _) =>
            ValueTask.FromResult<IOutputBinding>(new MqttOutputBinding(
                MqttBindingMetadata.Read(spec.Metadata), connector ?? SocketConnector(context, options), options, context.Time));
        catalog.PubSubs["pubsub.mqtt3"] = (spec, context, _) =>
            ValueTask.FromResult<IPubSubComponent>(new MqttPubSub(
                MqttBindingMetadata.ReadPubSub(spec.Metadata, context.AppId), connector ?? SocketConnector(context, options), options, context.Time));
        return catalog;
    }

    /// <summary>The connector that opens sockets.</summary>
    public static IMqttConnector SocketConnector(ComponentContext context, MqttBindingOptions? options = null) =>
        new MqttSocketConnector(options ?? new MqttBindingOptions(), context.Time, context.Loggers);
}
