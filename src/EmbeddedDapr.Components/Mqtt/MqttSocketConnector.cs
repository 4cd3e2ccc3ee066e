using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Formatter;

namespace EmbeddedDapr.Components.Mqtt;

/// <summary>Opens MQTT 3.1.1 connections over TCP, TLS or WebSockets.</summary>
internal sealed class MqttSocketConnector(MqttBindingOptions options, TimeProvider time, ILoggerFactory loggers) : IMqttConnector
{
    public async ValueTask<IMqttLink> ConnectAsync(MqttConnectionSettings settings, CancellationToken cancellationToken)
    {
        var link = new MqttSocketLink(ClientOptions(settings), options, time, loggers.CreateLogger<MqttSocketLink>());
        try
        {
            await link.ConnectFirstAsync(settings.ConnectTimeout, cancellationToken);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    private MqttClientOptions ClientOptions(MqttConnectionSettings settings)
    {
        var builder = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V311)
            .WithClientId(settings.ClientId)
            .WithCleanSession(settings.CleanSession)
            .WithKeepAlivePeriod(options.KeepAlive)
            .WithTimeout(settings.ConnectTimeout);
        if (settings.UserName is { } user)
        {
            builder.WithCredentials(user, settings.Password ?? string.Empty);
        }

        if (settings.Url.Scheme is "ws" or "wss")
        {
            var address = new UriBuilder(settings.Url) { UserName = string.Empty, Password = string.Empty }.Uri;
            builder.WithWebSocketServer(socket => socket.WithUri(address.ToString()));
        }
        else
        {
            builder.WithTcpServer(settings.Url.IdnHost, settings.Url.Port > 0 ? settings.Url.Port : settings.UsesTls ? 8883 : 1883);
        }

        return builder.WithTlsOptions(tls => Tls(tls, settings)).Build();
    }

    private static void Tls(MqttClientTlsOptionsBuilder tls, MqttConnectionSettings settings)
    {
        tls.UseTls(settings.UsesTls);
        if (!settings.UsesTls || settings.Tls is not { } certificates)
        {
            return;
        }

        try
        {
            if (certificates.CaCertificate is { } ca)
            {
                var trusted = new X509Certificate2Collection();
                trusted.ImportFromPem(ca);
                tls.WithTrustChain(trusted);
                tls.WithRevocationMode(X509RevocationMode.NoCheck); // as Go's TLS, which the metadata is made for
            }

            if (certificates is { ClientCertificate: { } certificate, ClientKey: { } key })
            {
                tls.WithClientCertificates([X509Certificate2.CreateFromPem(certificate, key)]);
            }
        }
        catch (CryptographicException e)
        {
            throw new ComponentException($"a certificate or key is no PEM text: {e.Message}", e);
        }
    }
}
