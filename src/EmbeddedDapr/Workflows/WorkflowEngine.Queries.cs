using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>An instance as clients see it.</summary>
/// <param name="Row">State.</param>
/// <param name="Input">Input; null: none, or not asked for.</param>
/// <param name="Output">Output; null: none, or not asked for.</param>
/// <param name="Failure">Why it failed; null: it did not, or not asked for.</param>
/// <param name="Started">How it began; null: not asked for.</param>
internal sealed record WorkflowDescription(WorkflowRow Row, string? Input, string? Output, TaskFailureDetails? Failure, ExecutionStartedEvent? Started);

/// <content>Looking at instances.</content>
internal sealed partial class WorkflowEngine
{
    private const char TokenSeparator = '.';

    /// <summary>An instance; null: unknown. Input, output and failure are read only if asked for.</summary>
    public async Task<WorkflowDescription?> DescribeAsync(string instanceId, bool withPayloads, CancellationToken cancellationToken) =>
        await RowAsync(instanceId, cancellationToken) is { } row ? await DescribeAsync(row, withPayloads, cancellationToken) : null;

    /// <summary>As the other one, of a state that is known.</summary>
    public async Task<WorkflowDescription> DescribeAsync(WorkflowRow row, bool withPayloads, CancellationToken cancellationToken)
    {
        if (!withPayloads)
        {
            return new WorkflowDescription(row with { CustomStatus = null }, null, null, null, null);
        }

        var ends = await Store.EndsAsync(row.Key, cancellationToken);
        var started = EventChunk.Read(ends.First).FirstOrDefault(one => one.ExecutionStarted is not null)?.ExecutionStarted;
        var completed = row.IsTerminal ? EventChunk.Read(ends.Last).LastOrDefault(one => one.ExecutionCompleted is not null)?.ExecutionCompleted : null;
        return new WorkflowDescription(row, started?.Input, completed?.Result, completed?.FailureDetails, started);
    }

    /// <summary>Committed events; null: unknown instance.</summary>
    public async Task<IReadOnlyList<HistoryEvent>?> HistoryAsync(string instanceId, CancellationToken cancellationToken)
    {
        if (_resident.TryGetValue(instanceId, out var slot) && slot.Value is { IsGone: false } workflow)
        {
            return workflow.History();
        }

        return await Store.LoadAsync(instanceId, cancellationToken) is { } snapshot ? EventChunk.Read(snapshot.History) : null;
    }

    /// <summary>A page of ids in the order of creation. A token that is none of ours gives an empty page (recorded: list-instances). Token null: the last page.</summary>
    public async Task<(IReadOnlyList<string> Ids, string? Token)> ListIdsAsync(string? token, uint? pageSize, CancellationToken cancellationToken)
    {
        WorkflowPosition? after = null;
        if (!string.IsNullOrEmpty(token) && (after = Position(token)) is null)
        {
            return ([], null);
        }

        const int StepMax = 1_000;
        List<string> ids = [];
        var most = pageSize is > 0 and <= int.MaxValue ? (int)pageSize.Value : int.MaxValue;
        while (true)
        {
            // One more than wanted tells whether there is another page.
            var step = (int)Math.Min(StepMax, (long)most - ids.Count + 1);
            var page = await Store.ListAsync(new WorkflowQuery { After = after, Limit = step }, cancellationToken);
            foreach (var row in page)
            {
                if (ids.Count == most)
                {
                    return (ids, Token(after!));
                }

                ids.Add(row.Id);
                after = new WorkflowPosition(row.IsTerminal, row.UpdatedAt, row.Key);
            }

            if (page.Count < step)
            {
                return (ids, null);
            }
        }
    }

    /// <summary>A page's end as text.</summary>
    public static string Token(WorkflowPosition position) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{position.Key:x}{TokenSeparator}{position.UpdatedAt.UtcTicks:x}{TokenSeparator}{(position.IsTerminal ? 1 : 0)}");

    /// <summary>The page's end that a text stands for; null: it is none.</summary>
    public static WorkflowPosition? Position(string token)
    {
        var parts = token.Split(TokenSeparator);
        return parts.Length == 3
            && long.TryParse(parts[0], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var key)
            && long.TryParse(parts[1], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var ticks)
            && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
            && parts[2] is "0" or "1"
                ? new WorkflowPosition(parts[2] == "1", new DateTimeOffset(ticks, TimeSpan.Zero), key)
                : null;
    }
}
