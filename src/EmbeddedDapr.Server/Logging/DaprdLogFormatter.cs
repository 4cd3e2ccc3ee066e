using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace EmbeddedDapr.Server.Logging;

/// <summary>Fields that an entry has beside daprd's own; a logged state may be one of these.</summary>
internal interface ILogFields
{
    /// <summary>Names and values: texts, whole numbers.</summary>
    IReadOnlyList<KeyValuePair<string, object?>> Fields { get; }
}

/// <summary>Entries as daprd writes them (contract section 10.3), as text or as one JSON object a line.</summary>
internal sealed class DaprdLogFormatter(bool asJson, string appId, string instance, string version, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "daprd";

    // Not for web pages: quotes and plus signs may stand as they are.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var fields = new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["app_id"] = appId,
            ["instance"] = instance,
            ["scope"] = LogScopes.Of(logEntry.Category),
            ["type"] = "log",
            ["ver"] = version,
        };
        foreach (var (name, value) in logEntry.State is ILogFields more ? more.Fields : [])
        {
            fields[name] = value;
        }

        if (logEntry.Exception is { } exception)
        {
            fields["error"] = exception.ToString();
        }

        var at = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var line = asJson ? Json(fields, at, LevelOf(logEntry.LogLevel), message) : Text(fields, at, LevelOf(logEntry.LogLevel), message);
        textWriter.Write(line);
    }

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information or LogLevel.None => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
    };

    private static string Json(SortedDictionary<string, object?> fields, string at, string level, string message)
    {
        (fields["time"], fields["level"], fields["msg"]) = (at, level, message);
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Writing))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                writer.WritePropertyName(name);
                if (value is long number)
                {
                    writer.WriteNumberValue(number);
                }
                else
                {
                    writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n";
    }

    private static string Text(SortedDictionary<string, object?> fields, string at, string level, string message)
    {
        var line = new StringBuilder().Append("time=\"").Append(at).Append("\" level=").Append(level).Append(" msg=");
        Quote(line, message, always: true);
        foreach (var (name, value) in fields)
        {
            line.Append(' ').Append(name).Append('=');
            Quote(line, Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty, always: false);
        }

        return line.Append('\n').ToString();
    }

    /// <summary>One line stays one line: nobody forges an entry through what a caller sent.</summary>
    private static void Quote(StringBuilder line, string text, bool always)
    {
        if (!always && text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "-._/@^+".Contains(letter, StringComparison.Ordinal)))
        {
            line.Append(text);
            return;
        }

        line.Append('"');
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '"' => line.Append("\\\""),
                '\\' => line.Append(@"\\"),
                '\n' => line.Append(@"\n"),
                '\r' => line.Append(@"\r"),
                '\t' => line.Append(@"\t"),
                _ when char.IsControl(letter) => line.Append(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"),
                _ => line.Append(letter),
            };
        }

        line.Append('"');
    }
}
