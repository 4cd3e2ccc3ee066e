using System.Globalization;
using System.Text.Json;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Http;
using EmbeddedDapr.Workflows;
using EmbeddedDapr.Workflows.Storage;
using Google.Protobuf;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Workflows;

/// <summary>
/// Workflows for a dashboard; not part of Dapr's API. <c>GET /v1.0-embedded/workflows</c> is a page of instances: query <c>status</c> (several: comma), <c>name</c>, <c>id</c>
/// (part of it), <c>from</c> and <c>to</c> (creation, RFC 3339), <c>order</c> (<c>stillest</c>, the default: active ones whose latest event is longest ago first; <c>created</c>),
/// <c>limit</c> (1 to 500, 50 by default), <c>after</c> (<c>next</c> of the page before). <c>GET …/workflows/summary</c> counts by status and says what waits for a worker.
/// <c>GET …/workflows/{id}</c> is one instance, <c>GET …/workflows/{id}/history</c> a page of its events: query <c>skip</c>, <c>limit</c> (1 to 1,000, 200 by default).
/// </summary>
internal static class WorkflowViewRoutes
{
    private const string Root = "/v1.0-embedded/workflows";
    private const int PageMax = 500;
    private const int PageDefault = 50;
    private const int EventsMax = 1_000;
    private const int EventsDefault = 200;
    private const int IdSegment = 2;

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default);

    public static void MapWorkflowView(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        routes.MapGet(Root, (RequestDelegate)(context => WithEngineAsync(context, sidecar, ListAsync)));
        routes.MapGet(Root + "/summary", (RequestDelegate)(context => WithEngineAsync(context, sidecar, SummaryAsync)));
        routes.MapGet(Root + "/{id}", (RequestDelegate)(context => WithEngineAsync(context, sidecar, OneAsync)));
        routes.MapGet(Root + "/{id}/history", (RequestDelegate)(context => WithEngineAsync(context, sidecar, HistoryAsync)));
    }

    private static async Task WithEngineAsync(HttpContext context, Sidecar sidecar, Func<HttpContext, WorkflowEngine, Task> answer)
    {
        if (await sidecar.Workflows.EngineAsync() is { } engine)
        {
            await answer(context, engine);
        }
        else
        {
            await context.WriteErrorAsync(ApiErrors.ActorRuntimeNotFound());
        }
    }

    private static async Task ListAsync(HttpContext context, WorkflowEngine engine)
    {
        if (Query(context.Request.Query, out var wrong) is not { } query)
        {
            await context.WriteErrorAsync(ApiErrors.BadRequest($"'{wrong}' is no value of that parameter"));
            return;
        }

        var rows = await engine.Store.ListAsync(query with { Limit = query.Limit + 1 }, context.RequestAborted);
        var page = rows.Take(query.Limit).ToArray();
        var waiting = engine.Dispatcher.WaitingSince(engine.Time.GetUtcNow() - engine.Options.WaitsTooLong);
        await context.WriteJsonAsync(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("workflows"u8);
            foreach (var row in page)
            {
                writer.WriteStartObject();
                WriteRow(writer, row, waiting.Contains(row.Id));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (rows.Count > page.Length)
            {
                writer.WriteString("next"u8, WorkflowEngine.Token(new WorkflowPosition(page[^1].IsTerminal, page[^1].UpdatedAt, page[^1].Key)));
            }

            writer.WriteEndObject();
        });
    }

    private static async Task SummaryAsync(HttpContext context, WorkflowEngine engine)
    {
        var counts = await engine.Store.CountAsync(context.RequestAborted);
        var (turns, activities, since) = engine.Dispatcher.Waiting();
        await context.WriteJsonAsync(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("connectedWorkers"u8, engine.Dispatcher.StreamCount);
            writer.WriteNumber("turnsWaiting"u8, turns);
            writer.WriteNumber("activitiesWaiting"u8, activities);
            if (since is { } oldest)
            {
                writer.WriteString("waitingSince"u8, oldest.UtcDateTime);
            }

            writer.WriteNumber("waitingTooLong"u8, engine.Dispatcher.WaitingSince(engine.Time.GetUtcNow() - engine.Options.WaitsTooLong).Count);
            writer.WriteStartObject("statuses"u8);
            foreach (var (status, count) in counts.OrderBy(pair => pair.Key))
            {
                writer.WriteNumber(Name(status), count);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    private static async Task OneAsync(HttpContext context, WorkflowEngine engine)
    {
        var id = context.PathSegment(IdSegment);
        if (await engine.DescribeAsync(id, withPayloads: true, context.RequestAborted) is not { } found)
        {
            await context.WriteErrorAsync(ApiErrors.WorkflowNotFound(id));
            return;
        }

        var waits = engine.Dispatcher.WaitingSince(engine.Time.GetUtcNow() - engine.Options.WaitsTooLong).Contains(id);
        await context.WriteJsonAsync(writer =>
        {
            writer.WriteStartObject();
            WriteRow(writer, found.Row, waits);
            Write(writer, "input", found.Input);
            Write(writer, "output", found.Output);
            Write(writer, "errorType", found.Failure?.ErrorType);
            Write(writer, "errorMessage", found.Failure?.ErrorMessage);
            writer.WriteEndObject();
        });
    }

    private static async Task HistoryAsync(HttpContext context, WorkflowEngine engine)
    {
        var id = context.PathSegment(IdSegment);
        if (Number(context.Request.Query["skip"], 0, 0, int.MaxValue) is not { } skip || Number(context.Request.Query["limit"], EventsDefault, 1, EventsMax) is not { } limit)
        {
            await context.WriteErrorAsync(ApiErrors.BadRequest("'skip' or 'limit' is out of range"));
            return;
        }

        if (await engine.HistoryAsync(id, context.RequestAborted) is not { } events)
        {
            await context.WriteErrorAsync(ApiErrors.WorkflowNotFound(id));
            return;
        }

        await context.WriteJsonAsync(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("count"u8, events.Count);
            writer.WriteStartArray("events"u8);
            foreach (var one in events.Skip(skip).Take(limit))
            {
                writer.WriteRawValue(Formatter.Format(one));
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static void WriteRow(Utf8JsonWriter writer, WorkflowRow row, bool waitsTooLong)
    {
        writer.WriteString("id"u8, row.Id);
        writer.WriteString("name"u8, row.Name);
        writer.WriteString("status"u8, Name(row.Status));
        writer.WriteString("createdAt"u8, row.CreatedAt.UtcDateTime);
        writer.WriteString("lastUpdatedAt"u8, row.UpdatedAt.UtcDateTime);
        writer.WriteNumber("generation"u8, row.Generation);
        if (row.CompletedAt is { } completed)
        {
            writer.WriteString("completedAt"u8, completed.UtcDateTime);
        }

        if (row.ScheduledAt is { } scheduled)
        {
            writer.WriteString("scheduledAt"u8, scheduled.UtcDateTime);
        }

        Write(writer, "customStatus", row.CustomStatus);
        Write(writer, "parentId", row.ParentId);
        Write(writer, "stalledWhy", row.StalledWhy.Length == 0 ? null : row.StalledWhy);
        if (waitsTooLong)
        {
            writer.WriteBoolean("waitsTooLong"u8, true);
        }
    }

    private static void Write(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static string Name(OrchestrationStatus status) => status == OrchestrationStatus.Stalled ? "STALLED" : WorkflowJson.Status(status);

    private static WorkflowQuery? Query(IQueryCollection query, out string wrong)
    {
        var statuses = new List<OrchestrationStatus>();
        foreach (var text in query["status"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            wrong = text;
            var known = Enum.GetValues<OrchestrationStatus>().Where(status => Name(status).Equals(text, StringComparison.OrdinalIgnoreCase)).ToArray();
            if (known.Length == 0)
            {
                return null;
            }

            statuses.Add(known[0]);
        }

        var after = query["after"].ToString();
        wrong = after;
        var position = after.Length == 0 ? null : WorkflowEngine.Position(after);
        if ((after.Length > 0 && position is null)
            || !Time(query["from"].ToString(), out var from, ref wrong) || !Time(query["to"].ToString(), out var to, ref wrong)
            || Number(wrong = query["limit"].ToString(), PageDefault, 1, PageMax) is not { } limit
            || (wrong = query["order"].ToString()) is not ("" or "stillest" or "created"))
        {
            return null;
        }

        return new WorkflowQuery
        {
            Statuses = statuses,
            Name = Given(query["name"].ToString()),
            IdContains = Given(query["id"].ToString()),
            CreatedFrom = from,
            CreatedTo = to,
            After = position,
            StillestFirst = wrong != "created",
            Limit = limit,
        };
    }

    private static string? Given(string text) => text.Length == 0 ? null : text;

    private static bool Time(string text, out DateTimeOffset? time, ref string wrong)
    {
        time = null;
        wrong = text;
        if (text.Length == 0)
        {
            return true;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
        {
            return false;
        }

        time = parsed;
        return true;
    }

    private static int? Number(string? text, int absent, int min, int max) =>
        string.IsNullOrEmpty(text) ? absent : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number : null;
}
