using System.Text;
using CsCheck;

namespace EmbeddedDapr.Server.Tests.Malformed;

/// <summary>What goes wrong in requests: names, texts, bodies, bytes.</summary>
internal static class Nasty
{
    private static readonly string[] Members =
    [
        "key", "value", "etag", "metadata", "options", "concurrency", "operations", "operation", "request", "data", "dueTime", "period", "ttl", "callback", "keys", "parallelism", "entries", "entryId",
        "event", "contentType", "resourceId", "lockOwner", "expiryInSeconds", "schedule", "repeats", "overwrite", "failure_policy", "ttlInSeconds", "specversion", "datacontenttype",
    ];

    /// <summary>Pieces of a path, as they stand on the wire. None of them is a proper way to the victim.</summary>
    public static readonly Gen<string> Segment = Gen.Frequency(
        (6, Gen.OneOf(
            "a||b", "A||victim||k", "A%7C%7Cvictim%7C%7Ck", "../x", "..", ".", "%2e%2e", "%2E%2E%2Fx", "..%2f..%2fetc%2fpasswd", "%00", "a%00b", "%", "%zz", "%c0%ae", "%ff%fe",
            "a%2Fb", "%2F", "a%20b", "a+b", "a;b", "a?b", "a#b", "a\\b", "%5C", "%0d%0aX-Injected:%20yes", "%E2%80%AE", "%F0%9F%92%A9", "é", "\u202e", "日本", "'", "\"", "<script>",
            "${x}", "{podName}", "*", ":", "//", "", "-1", "0", "true", "null", "A", "store", "pubsub", "t", "state", "method", "reminders", "timers")),
        (1, Gen.Char['a', 'z'].Array[4096].Select(letters => new string(letters))),
        (1, Gen.Char['!', '~'].Array[1, 40].Select(letters => new string(letters))),
        (1, Gen.Char.Array[1, 20].Select(letters => Uri.EscapeDataString(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(letters))))));

    /// <summary>Texts inside bodies.</summary>
    public static readonly Gen<string> Text = Gen.Frequency(
        (4, Gen.OneOf(
            string.Empty, "a||b", "A||victim||k", "app||victim", "app||A||victim||k", "../x", "\0", "\u202e", "💩", "store", "pubsub", "t", "A", "k", "application/json", "text/plain", "-1", "1e999", "R0/PT0S",
            "PT-1S", "@every 0s", "0h0m0s", "2020-01-01T00:00:00Z", "true", "upsert", "delete", "GET", "?x=1", "a b", "http://127.0.0.1:1/x")),
        (1, Gen.Char.Array[0, 30].Select(letters => new string(letters))),
        (1, Gen.Char['a', 'z'].Array[4096].Select(letters => new string(letters))));

    private static readonly Gen<string> Json = Gen.Recursive<string>((depth, inner) => depth > 3
        ? Gen.OneOf("null", "true", "1e999", "-0", "12345678901234567890", "\"\\ud800\"", "\"\\u0000\"", "\"x\"", "{}", "[]")
        : Gen.OneOf(
            Text.Select(text => System.Text.Json.JsonSerializer.Serialize(text)),
            Gen.Int.Select(number => $"{number}"),
            inner.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(Gen.OneOf(Members), inner).Array[0, 4].Select(members => $"{{{string.Join(',', members.Select(member => $"\"{member.Item1}\":{member.Item2}"))}}}")));

    /// <summary>Bodies of HTTP requests: JSON of a wrong shape, JSON cut off, deep, not JSON, not UTF-8, too large.</summary>
    public static readonly Gen<byte[]> Body = Gen.Frequency(
        (8, Json.Select(Encoding.UTF8.GetBytes)),
        (3, Gen.Select(Json, Gen.Int[0, 200]).Select((json, cut) => Encoding.UTF8.GetBytes(json[..Math.Min(cut, json.Length)]))),
        (2, Gen.Byte.Array[0, 200]),
        (1, Gen.Int[1, 20_000].Select(depth => Encoding.UTF8.GetBytes(new string('[', depth)))),
        (1, Gen.OneOf("[{\"key\":\"a\",\"key\":\"b\",\"value\":1}]", "{\"a\":1}{\"b\":2}", "\uFEFF[]", "nan", "[,]", "{\"operations\":null}").Select(Encoding.UTF8.GetBytes)));
}
