namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// What a stored period tells. A rollup keeps of each period the key of one of its days, so whatever is the same for all days of the period can be
/// read from the calendar as for a fact.
/// </summary>
internal static class RollupPeriods
{
    /// <summary>True when all days of each stored period have the same value of the member.</summary>
    public static bool Tells(string stored, PlannedDimension member)
    {
        var grain = member.Grain ?? member.PartGrain;
        return grain is not null && stored switch
        {
            "day" => true,
            "week" => grain is PeriodGrain.Week or PeriodGrain.IsoYear && member.Granularity is null or "iso_week",
            "month" => grain is PeriodGrain.Month or PeriodGrain.Quarter or PeriodGrain.Year,
            "quarter" => grain is PeriodGrain.Quarter or PeriodGrain.Year,
            _ => grain is PeriodGrain.Year,
        };
    }

    /// <summary>True when a condition on days cuts no stored period in two.</summary>
    public static bool IsAligned(string stored, PlannedCondition condition)
        => condition is ValueComparison { Comparison: Comparison.GreaterOrEqual or Comparison.Less, Value: DateOnly day } && stored switch
        {
            "day" => true,
            "week" => day.DayOfWeek == DayOfWeek.Monday,
            "month" => day.Day == 1,
            "quarter" => day.Day == 1 && day.Month % 3 == 1,
            _ => day is { Day: 1, Month: 1 },
        };
}
