namespace Crm.Analytics.Warehouse.Query;

/// <summary>Resolves a span of time around each group: on which calendar, for which periods, from which days.</summary>
internal sealed class FramePlanner(FactScope scope, IReadOnlyList<PlannedDimension> dimensions)
{
    /// <summary>The calendar of a frame. Throws <see cref="CrmException"/> when the periods asked have no such span.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="regroup">Which dimensions the aggregate is grouped by.</param>
    /// <param name="rows">The conditions on rows, one by one.</param>
    public PlannedCalendar Plan(TimeFrame frame, GroupChange? regroup, IReadOnlyList<PlannedCondition> rows)
    {
        var role = RoleOf(frame, rows);
        var calendar = scope.CalendarOf(role) ?? throw QueryErrors.Wrong("the measures", $"'{role}' is not a date of cube '{scope.Cube.Name}'",
            $"one of its dates: {string.Join(", ", scope.DateRoles())}", "Name one in time_shift");
        var own = rows.Where(c => PlannedConditions.Subjects(c).All(s => s is PlannedDimension d && d.Role == role)).ToList();
        var targets = own.Where(c => PlannedConditions.Subjects(c).All(s => ((PlannedDimension)s).Grain is not null)).ToList();
        var grains = Enumerable.Range(0, dimensions.Count + 1).Select(n => Grain(n, role, regroup)).ToList();
        foreach (var grain in grains.Distinct())
            Check(frame, grain);
        if (frame.Window?.ToDate is { } longer)
            TimePeriods.CheckFiscal(longer, scope.Calendar, "the measures");
        if (frame.Shift is not null && grains.Any(g => g is PeriodGrain.FiscalYear or PeriodGrain.FiscalQuarter or PeriodGrain.FiscalPeriod))
            TimePeriods.CheckFiscal("fiscal periods", scope.Calendar, "the measures");
        return calendar with { Targets = targets, Sources = [.. own.Except(targets)], Grains = grains };
    }

    /// <summary>The role that is declared, else the one that the question groups by, else the one that it filters by, else the one that dates the fact.</summary>
    private string RoleOf(TimeFrame frame, IReadOnlyList<PlannedCondition> rows)
    {
        if (frame.Role is { } declared)
            return declared;
        var roles = scope.DateRoles();
        if (roles.Count == 0)
            throw QueryErrors.Wrong("the measures", $"cube '{scope.Cube.Name}' has no date that values could be shifted on", "a cube with a date", "Ask a measure of the group itself");
        var grouped = dimensions.Select(d => d.Role).FirstOrDefault(r => r is not null && roles.Contains(r));
        var filtered = rows.SelectMany(PlannedConditions.Subjects).OfType<PlannedDimension>().Select(d => d.Role).FirstOrDefault(r => r is not null && roles.Contains(r));
        return grouped ?? filtered ?? roles[0];
    }

    private PeriodGrain Grain(int leading, string role, GroupChange? regroup)
    {
        var kept = (regroup?.Kept(dimensions, leading) ?? [.. Enumerable.Range(0, leading)]).Select(i => dimensions[i]).Where(d => d.Role == role).ToList();
        var grain = kept.Select(d => d.Grain ?? PeriodGrain.All).DefaultIfEmpty(PeriodGrain.All).Max();
        foreach (var part in kept.Where(d => d.PartGrain is not null))
        {
            var spans = part.PartGrain switch
            {
                PeriodGrain.Month or PeriodGrain.Quarter => PeriodGrain.Year,
                PeriodGrain.Week => PeriodGrain.IsoYear,
                PeriodGrain.FiscalPeriod or PeriodGrain.FiscalQuarter => PeriodGrain.FiscalYear,
                _ => PeriodGrain.Day,
            };
            if (kept.All(d => d.Grain != spans) && (grain < part.PartGrain || spans == PeriodGrain.Day && grain != PeriodGrain.Day))
                throw QueryErrors.Wrong("the dimensions", $"'{part.Member}' alone names no period that could be shifted or widened",
                    $"periods such as {role}.month, or '{part.Member}' together with its year", "Group by a period too");
            grain = part.PartGrain!.Value > grain ? part.PartGrain.Value : grain;
        }

        return grain;
    }

    private static void Check(TimeFrame frame, PeriodGrain grain)
    {
        if (frame.Shift is not { } shift)
            return;
        var fits = (shift.Months, shift.Days) switch
        {
            ({ } months, _) => grain is not (PeriodGrain.Week or PeriodGrain.IsoYear) || months % 12 == 0,
            (_, { } days) => grain != PeriodGrain.Week || days % 7 == 0,
            _ => false,
        };
        if (!fits)
            throw QueryErrors.Wrong("the measures", $"a measure {frame} by periods of {grain.ToString().ToLowerInvariant()}",
                shift.Months is null ? "a shift by whole days; for weeks by whole weeks" : "for weeks, a shift by whole years, to the week of the same number",
                "Group by days or months instead");
    }
}
