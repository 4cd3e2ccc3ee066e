using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DeviceFleet.ServiceDefaults.Publishing;

/// <summary>Registers publishers of events.</summary>
public static class PublishingExtensions
{
    /// <summary>Bounds of all publishers, from section <see cref="PublishingOptions.Section"/>.</summary>
    public static IHostApplicationBuilder AddPublishingOptions(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<PublishingOptions>().BindConfiguration(PublishingOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<PublishingOptions>, PublishingOptionsValidator>();
        return builder;
    }

    /// <summary>A publisher of one kind of event, which ends with the service once all that was accepted is published. Features that share one may each ask for it.</summary>
    public static IServiceCollection AddPublisher<TEvent>(this IServiceCollection services, EventTopic<TEvent> topic) =>
        services.Any(service => service.ServiceType == typeof(EventPublisher<TEvent>))
            ? services
            : services
                .AddSingleton(topic)
                .AddSingleton<EventPublisher<TEvent>>()
                .AddHostedService(provider => provider.GetRequiredService<EventPublisher<TEvent>>());
}
