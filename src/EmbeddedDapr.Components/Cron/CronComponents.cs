using EmbeddedDapr.Bindings;
using EmbeddedDapr.Cron;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Cron;

/// <summary>The cron binding of the catalog.</summary>
public static class CronComponents
{
    /// <summary>Ticks of one binding at the app at one time; daprd has no bound.</summary>
    private const int OverlapMax = 64;

    /// <summary>Adds <c>bindings.cron</c>, which only reads. Metadata: <c>schedule</c> (see <see cref="CronExpression"/>), in the machine's time zone.</summary>
    public static ComponentCatalog AddCron(this ComponentCatalog catalog)
    {
        catalog.InputBindings["bindings.cron"] = static (spec, context, _) =>
        {
            var text = spec.Metadata.RequiredText("schedule");
            var schedule = CronExpression.Parse(text, context.Time.LocalTimeZone, out var error) ?? throw new ComponentException($"invalid schedule format '{text}': {error}");
            return ValueTask.FromResult<IInputBinding>(
                new CronInputBinding(schedule, OverlapMax, context.Time, context.Loggers.CreateLogger<CronInputBinding>()));
        };
        return catalog;
    }
}
