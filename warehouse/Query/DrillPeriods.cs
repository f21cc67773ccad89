namespace Crm.Analytics.Warehouse.Query;

/// <summary>The paths along which time dimensions are drilled: from years down to seconds, from weeks to days, from fiscal years to days.</summary>
internal static class DrillPeriods
{
    private static readonly (string Name, string[] Granularities)[] Paths =
    [
        ("calendar", ["year", "quarter", "month", "day", "hour", "minute", "second"]),
        ("weeks", ["week", "day", "hour", "minute", "second"]),
        ("iso_weeks", ["iso_week", "day", "hour", "minute", "second"]),
        ("fiscal", ["fiscal_year", "fiscal_quarter", "fiscal_period", "day", "hour", "minute", "second"]),
    ];

    /// <summary>The paths that a granularity stands in.</summary>
    public static IEnumerable<string> PathsOf(string granularity) => Paths.Where(p => p.Granularities.Contains(granularity)).Select(p => p.Name);

    /// <summary>The granularity so many steps below (or, negative, above) another on a path; null beyond its ends.</summary>
    public static string? Next(string path, string granularity, int step)
        => Paths.First(p => p.Name == path).Granularities is var all ? all.ElementAtOrDefault(Array.IndexOf(all, granularity) + step) : null;

    /// <summary>The column of a time dimension.</summary>
    public static string MemberOf(TimeDimension time) => $"{time.Dimension}.{time.Granularity}";

    /// <summary>The column of a time dimension at another granularity; null for none.</summary>
    public static string? MemberOf(TimeDimension time, string? granularity) => granularity is null ? null : $"{time.Dimension}.{granularity}";

    /// <summary>The question with one of its time dimensions a step finer or coarser.</summary>
    /// <param name="query">The question, narrowed to the cell.</param>
    /// <param name="from">The column of the time dimension.</param>
    /// <param name="path">Name of the path; null: the first that goes on.</param>
    /// <param name="step">1 for finer, -1 for coarser.</param>
    public static CubeQuery Step(CubeQuery query, string from, string? path, int step)
    {
        var time = query.TimeDimensions.First(t => t.Granularity is not null && MemberOf(t) == from);
        var paths = PathsOf(time.Granularity!).Where(p => path is null || p == path).ToList();
        var to = paths.Select(p => Next(p, time.Granularity!, step)).FirstOrDefault(g => g is not null)
            ?? throw QueryErrors.Wrong("the drill", $"'{from}' has no period {(step > 0 ? "below" : "above")} it{(path is null ? "" : $" in '{path}'")}",
                $"a period of {string.Join("; ", Paths.Where(p => p.Granularities.Contains(time.Granularity)).Select(p => $"{p.Name}: {string.Join(" › ", p.Granularities)}"))}",
                "Go to another dimension");
        var next = time with { Granularity = to };
        return query with
        {
            TimeDimensions = [.. query.TimeDimensions.Select(t => ReferenceEquals(t, time) ? next : t)],
            Order = query.Order is null ? null : [.. query.Order.Select(o => o.Member == from ? o with { Member = MemberOf(next) } : o)],
        };
    }
}
