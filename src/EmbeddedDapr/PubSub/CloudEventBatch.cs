using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace EmbeddedDapr.PubSub;

/// <summary>
/// Builds the envelopes of one publish call (contract section 4.2) into one buffer: each is written once, and payloads that are JSON already are copied as they
/// are. Not thread safe.
/// </summary>
internal sealed class CloudEventBatch : IDisposable
{
    private const int DepthMax = 1000;
    private const string DefaultType = "com.dapr.event.sent";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonReaderOptions Reading = new() { MaxDepth = DepthMax };

    private readonly ArrayBufferWriter<byte> _buffer;
    private readonly Utf8JsonWriter _writer;
    private readonly List<(int End, IReadOnlyDictionary<string, string>? Metadata)> _entries;
    private readonly string _topic;
    private readonly string _pubSubName;
    private readonly string _appId;
    private readonly PublishTrace? _trace;
    private readonly DateTimeOffset _now;
    private readonly JsonEncodedText _topicText;
    private readonly JsonEncodedText _pubSubText;
    private readonly JsonEncodedText _appText;
    private readonly JsonEncodedText _time;

    public CloudEventBatch(string appId, string pubSubName, string topic, PublishTrace? trace, DateTimeOffset now, int entries, int dataBytes)
    {
        const int EnvelopeBytes = 384;
        _buffer = new(checked(dataBytes + (Math.Max(entries, 1) * EnvelopeBytes)));
        _writer = new(_buffer, Writing);
        _entries = new(entries);
        (_appId, _pubSubName, _topic, _trace, _now) = (appId, pubSubName, topic, trace, now);
        _topicText = Encode(topic);
        _pubSubText = Encode(pubSubName);
        _appText = Encode(appId);
        _time = Encode(Rfc3339(now));
    }

    public static string Rfc3339(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Adds an entry; answers why it cannot be an event, or null.</summary>
    /// <param name="data">Payload.</param>
    /// <param name="contentType">Its type; empty: text.</param>
    /// <param name="metadata">Of this entry.</param>
    /// <param name="keepsTrace">Whether a ready event keeps its own trace: it does over gRPC, not over HTTP (recorded: grpc-pubsub-cloudevent, pubsub-cloudevent-trace).</param>
    public ApiError? Add(ReadOnlyMemory<byte> data, string contentType, IReadOnlyDictionary<string, string>? metadata, bool keepsTrace)
    {
        if (ContentTypes.IsCloudEvents(contentType))
        {
            try
            {
                if (WriteReady(data, metadata, keepsTrace) is { } why)
                {
                    return ApiErrors.PubSubCloudEventCreation(_pubSubName, _appId, why);
                }
            }
            catch (InvalidOperationException)
            {
                return ApiErrors.PubSubCloudEventCreation(_pubSubName, _appId, "a text holds half of a surrogate pair");
            }
        }
        else
        {
            WriteNew(data.Span, contentType.Length == 0 ? ContentTypes.Text : contentType, metadata);
        }

        _writer.Flush();
        _writer.Reset();
        _entries.Add((_buffer.WrittenCount, metadata));
        return null;
    }

    /// <summary>The messages, in the order added. They share one buffer.</summary>
    public IReadOnlyList<PubSubMessage> ToMessages()
    {
        var messages = new PubSubMessage[_entries.Count];
        var start = 0;
        for (var index = 0; index < messages.Length; index++)
        {
            var (end, metadata) = _entries[index];
            messages[index] = new(_buffer.WrittenMemory[start..end], ContentTypes.CloudEvents, metadata);
            start = end;
        }

        return messages;
    }

    public void Dispose() => _writer.Dispose();

    private static JsonEncodedText Encode(string text) => JsonEncodedText.Encode(text, Writing.Encoder);

    private void WriteNew(ReadOnlySpan<byte> data, string contentType, IReadOnlyDictionary<string, string>? metadata)
    {
        var trace = PublishMetadata.Override(metadata, "traceparent") ?? PublishMetadata.Override(metadata, "traceid") ?? _trace?.Parent ?? string.Empty;
        _writer.WriteStartObject();
        if (ContentTypes.IsBinary(contentType))
        {
            _writer.WriteBase64String(Fields.DataBase64, data);
        }
        else if (ContentTypes.IsJson(contentType) && IsJsonValue(data))
        {
            _writer.WritePropertyName(Fields.Data);
            _writer.WriteRawValue(data, skipInputValidation: true);
        }
        else if (Utf8.IsValid(data))
        {
            _writer.WriteString(Fields.Data, data);
        }
        else
        {
            _writer.WriteString(Fields.Data, Encoding.UTF8.GetString(data));
        }

        _writer.WriteString(Fields.DataContentType, contentType);
        if (Expiration(metadata) is { } expiration)
        {
            _writer.WriteString(Fields.Expiration, expiration);
        }

        if (PublishMetadata.Override(metadata, "id") is { } id)
        {
            _writer.WriteString(Fields.Id, id);
        }
        else
        {
            _writer.WriteString(Fields.Id, Guid.NewGuid());
        }

        _writer.WriteString(Fields.PubSubName, _pubSubText);
        WriteOverride(Fields.Source, metadata, "source", _appText);
        _writer.WriteString(Fields.SpecVersion, Fields.Version);
        if (PublishMetadata.Override(metadata, "subject") is { } subject)
        {
            _writer.WriteString(Fields.Subject, subject);
        }

        _writer.WriteString(Fields.Time, _time);
        _writer.WriteString(Fields.Topic, _topicText);
        _writer.WriteString(Fields.TraceId, trace);
        _writer.WriteString(Fields.TraceParent, trace);
        _writer.WriteString(Fields.TraceState, PublishMetadata.Override(metadata, "tracestate") ?? _trace?.State ?? string.Empty);
        WriteOverride(Fields.Type, metadata, "type", Fields.Sent);
        _writer.WriteEndObject();
    }

    private void WriteOverride(JsonEncodedText name, IReadOnlyDictionary<string, string>? metadata, string field, JsonEncodedText absent)
    {
        if (PublishMetadata.Override(metadata, field) is { } value)
        {
            _writer.WriteString(name, value);
        }
        else
        {
            _writer.WriteString(name, absent);
        }
    }

    /// <summary>An event that is one already: missing fields are filled in, those of the call replace its own. No <c>id</c> is made up.</summary>
    private string? WriteReady(ReadOnlyMemory<byte> data, IReadOnlyDictionary<string, string>? metadata, bool keepsTrace)
    {
        if (GoJson.Parse(data, out var error) is not { } document)
        {
            return error;
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return $"json: cannot unmarshal {GoJson.KindName(root.ValueKind)} into Go value of type map[string]interface {{}}";
            }

            var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var member in root.EnumerateObject())
            {
                members[member.Name] = member.Value;
            }

            var ownTrace = keepsTrace && members.TryGetValue("traceparent", out var own) && own.ValueKind == JsonValueKind.String ? own.GetString() : null;
            var trace = _trace?.Parent ?? ownTrace ?? string.Empty;
            var set = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["topic"] = _topic,
                ["pubsubname"] = _pubSubName,
                ["traceid"] = trace,
                ["traceparent"] = trace,
            };
            if (Expiration(metadata) is { } expiration)
            {
                set["expiration"] = expiration;
            }

            foreach (var (name, value) in new[] { ("time", Rfc3339(_now)), ("tracestate", _trace?.State ?? string.Empty), ("source", "Dapr"), ("type", DefaultType), ("specversion", "1.0") })
            {
                if (!members.ContainsKey(name))
                {
                    set[name] = value;
                }
            }

            _writer.WriteStartObject();
            foreach (var (name, value) in members)
            {
                if (!set.ContainsKey(name))
                {
                    _writer.WritePropertyName(name);
                    value.WriteTo(_writer);
                }
            }

            foreach (var (name, value) in set)
            {
                _writer.WriteString(name, value);
            }

            _writer.WriteEndObject();
            return null;
        }
    }

    private string? Expiration(IReadOnlyDictionary<string, string>? metadata) => PublishMetadata.Ttl(metadata) is { } ttl ? Rfc3339(_now + ttl) : null;

    private static bool IsJsonValue(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data, Reading);
            while (reader.Read())
            {
                reader.Skip();
            }

            return data.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static class Fields
    {
        public static readonly JsonEncodedText Data = Encode("data");
        public static readonly JsonEncodedText DataBase64 = Encode("data_base64");
        public static readonly JsonEncodedText DataContentType = Encode("datacontenttype");
        public static readonly JsonEncodedText Expiration = Encode("expiration");
        public static readonly JsonEncodedText Id = Encode("id");
        public static readonly JsonEncodedText PubSubName = Encode("pubsubname");
        public static readonly JsonEncodedText Sent = Encode(DefaultType);
        public static readonly JsonEncodedText Source = Encode("source");
        public static readonly JsonEncodedText SpecVersion = Encode("specversion");
        public static readonly JsonEncodedText Subject = Encode("subject");
        public static readonly JsonEncodedText Time = Encode("time");
        public static readonly JsonEncodedText Topic = Encode("topic");
        public static readonly JsonEncodedText TraceId = Encode("traceid");
        public static readonly JsonEncodedText TraceParent = Encode("traceparent");
        public static readonly JsonEncodedText TraceState = Encode("tracestate");
        public static readonly JsonEncodedText Type = Encode("type");
        public static readonly JsonEncodedText Version = Encode("1.0");
    }
}
