using System.Globalization;
using System.Text.Json;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Server.Http;

/// <summary>What daprd does not have, under a prefix of its own so that nobody takes it for Dapr: who is active, what waits, what is slow, timers and reminders.</summary>
internal static class EmbeddedRoutes
{
    private const string Prefix = "/v1.0-embedded";
    private const int TypeSegment = 2;
    private const int IdSegment = 3;
    private const int LimitByDefault = 100;

    internal static void MapEmbedded(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        routes.MapGet($"{Prefix}/actors", (RequestDelegate)(context => TypesAsync(context, sidecar)));
        routes.MapGet($"{Prefix}/actors/{{type}}", (RequestDelegate)(context => ActorsAsync(context, sidecar)));
        routes.MapGet($"{Prefix}/actors/{{type}}/{{id}}", (RequestDelegate)(context => ActorAsync(context, sidecar)));
        routes.MapGet($"{Prefix}/actors/{{type}}/{{id}}/timers", (RequestDelegate)(context => TimersAsync(context, sidecar)));
        routes.MapGet($"{Prefix}/actors/{{type}}/{{id}}/reminders", (RequestDelegate)(context => RemindersAsync(context, sidecar)));
        routes.MapGet($"{Prefix}/slow-turns", (RequestDelegate)(context => SlowTurnsAsync(context, sidecar)));
    }

    private static Task TypesAsync(HttpContext context, Sidecar sidecar) => context.WriteJsonAsync(writer => WriteList(writer, "types", sidecar.Actors.DescribeTypes(), type =>
    {
        writer.WriteString("type"u8, type.Type);
        writer.WriteNumber("active"u8, type.Active);
        writer.WriteNumber("waiting"u8, type.Waiting);
    }));

    private static Task ActorsAsync(HttpContext context, Sidecar sidecar)
    {
        var query = context.Request.Query;
        var limit = LimitByDefault;
        if (query.TryGetValue("limit", out var text) && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
        {
            return context.WriteErrorAsync(ApiErrors.BadRequest($"limit '{text}' is no number"));
        }

        var result = sidecar.Actors.DescribeActors(context.PathSegment(TypeSegment), query["after"].ToString(), limit);
        return result.Error is { } error
            ? context.WriteErrorAsync(error)
            : context.WriteJsonAsync(writer => WriteList(writer, "actors", result.Value.Actors, actor => WriteActor(writer, actor), ("next", result.Value.Next)));
    }

    private static Task ActorAsync(HttpContext context, Sidecar sidecar)
    {
        var result = sidecar.Actors.DescribeActor(context.PathSegment(TypeSegment), context.PathSegment(IdSegment));
        return result.Error is { } error
            ? context.WriteErrorAsync(error)
            : context.WriteJsonAsync(writer =>
            {
                writer.WriteStartObject();
                WriteActor(writer, result.Value);
                writer.WriteEndObject();
            });
    }

    private static Task TimersAsync(HttpContext context, Sidecar sidecar)
    {
        var result = sidecar.Actors.DescribeTimers(context.PathSegment(TypeSegment), context.PathSegment(IdSegment));
        return result.Error is { } error
            ? context.WriteErrorAsync(error)
            : context.WriteJsonAsync(writer => WriteList(writer, "timers", result.Value, timer =>
            {
                writer.WriteString("name"u8, timer.Name);
                writer.WriteString("dueTime"u8, timer.DueTime);
                writer.WriteString("period"u8, timer.Period);
                writer.WriteString("callback"u8, timer.Callback);
                WriteSchedule(writer, timer.NextDue, timer.Remaining, timer.ExpiresAt);
            }));
    }

    private static async Task RemindersAsync(HttpContext context, Sidecar sidecar)
    {
        var result = await sidecar.Actors.DescribeRemindersAsync(context.PathSegment(TypeSegment), context.PathSegment(IdSegment), context.RequestAborted);
        await (result.Error is { } error
            ? context.WriteErrorAsync(error)
            : context.WriteJsonAsync(writer => WriteList(writer, "reminders", result.Value, reminder =>
            {
                writer.WriteString("name"u8, reminder.Name);
                writer.WriteString("dueTime"u8, reminder.DueTimeText);
                writer.WriteString("period"u8, reminder.PeriodText);
                WriteSchedule(writer, reminder.NextDue, reminder.Period is null ? 1 : reminder.Remaining, reminder.ExpiresAt);
                writer.WriteNumber("failedTries"u8, reminder.FailedTries);
            })));
    }

    private static Task SlowTurnsAsync(HttpContext context, Sidecar sidecar)
    {
        var threshold = GoDuration.Format(sidecar.ActorRuntime.Options.SlowTurnThreshold);
        return context.WriteJsonAsync(writer => WriteList(
            writer,
            "turns",
            sidecar.Actors.SlowTurns(),
            turn =>
            {
                writer.WriteString("actorType"u8, turn.ActorType);
                writer.WriteString("actorId"u8, turn.ActorId);
                WriteTurn(writer, turn.Kind, turn.Name, turn.Elapsed);
                writer.WriteString("startedAt"u8, turn.StartedAt);
                writer.WriteBoolean("running"u8, turn.IsRunning);
            },
            ("threshold", threshold)));
    }

    private static void WriteActor(Utf8JsonWriter writer, ActorDescription actor)
    {
        writer.WriteString("id"u8, actor.Id);
        writer.WriteNumber("waiting"u8, actor.Waiting);
        if (actor.Turn is { } turn)
        {
            writer.WriteStartObject("turn"u8);
            WriteTurn(writer, turn.Kind, turn.Name, turn.Elapsed);
            writer.WriteEndObject();
        }
    }

    private static void WriteTurn(Utf8JsonWriter writer, string kind, string name, TimeSpan elapsed)
    {
        writer.WriteString("kind"u8, kind);
        writer.WriteString("name"u8, name);
        writer.WriteNumber("elapsedMs"u8, (long)elapsed.TotalMilliseconds);
    }

    private static void WriteSchedule(Utf8JsonWriter writer, DateTimeOffset nextDue, int? remaining, DateTimeOffset? expiresAt)
    {
        writer.WriteString("nextDue"u8, nextDue);
        if (remaining is { } ticks)
        {
            writer.WriteNumber("remaining"u8, ticks);
        }

        if (expiresAt is { } end)
        {
            writer.WriteString("expiresAt"u8, end);
        }
    }

    /// <summary>An object with one list of objects, and texts beside it; a text that is null is left out.</summary>
    private static void WriteList<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<T> write, params ReadOnlySpan<(string Name, string? Value)> texts)
    {
        writer.WriteStartObject();
        foreach (var (textName, value) in texts)
        {
            if (value is not null)
            {
                writer.WriteString(textName, value);
            }
        }

        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            write(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
