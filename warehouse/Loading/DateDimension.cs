using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>Fills the date dimension with every day of the calendar years that facts fall in.</summary>
public static class DateDimension
{
    private static readonly string[] FiscalColumns = ["fiscal_year", "fiscal_quarter", "fiscal_month"];
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(DateDimension));

    /// <summary>Notes the years of a relation's column; call for every date role before <see cref="Fill"/>.</summary>
    public static void Need(ISession session, string relation, string column) =>
        session.Execute(Sql.Fill("years", ("rows", relation), ("column", SqlName.Quote(column))));

    /// <summary>
    /// Takes out the days whose fiscal columns the settings of the project now make otherwise, to be made anew by <see cref="Fill"/>; as any row that a run
    /// supersedes they go to the history. Answers how many there were.
    /// </summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="date">The date dimension.</param>
    /// <param name="settings">What fiscal years and weeks are.</param>
    /// <param name="run">The run that writes.</param>
    public static long Supersede(ISession session, Dimension date, ProjectSettings settings, int run)
    {
        if (!FiscalColumns.All(c => date.Attributes.Any(a => a.Column == c)))
            return 0;
        var start = settings.FiscalYearStart.ToString(CultureInfo.InvariantCulture);
        session.Execute(Sql.Fill("outdated", ("fiscal", Fiscal(settings).Replace("$fiscal_start", start, StringComparison.Ordinal)), ("fiscal_start", start)));
        var found = session.Scalar<long>(Sql.Fill("found"));
        if (found > 0)
            session.Execute(Sql.Fill("supersede", ("run", run.ToString(CultureInfo.InvariantCulture))));
        return found;
    }

    /// <summary>Adds the days of the noted years that are not there yet; answers how many.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="date">The date dimension.</param>
    /// <param name="settings">What fiscal years and weeks are.</param>
    /// <param name="run">The run that writes.</param>
    public static long Fill(ISession session, Dimension date, ProjectSettings settings, int run)
    {
        var columns = SqlName.List(date.Attributes.Select(a => SqlName.Quote(a.Column)).Prepend("date_key"));
        return session.Execute(Sql.Fill("fill", ("columns", columns), ("fiscal", Fiscal(settings))), new { run, fiscal_start = settings.FiscalYearStart });
    }

    /// <summary>The fiscal columns: by months, or by the weeks of a quarter.</summary>
    private static string Fiscal(ProjectSettings settings)
    {
        if (settings.FiscalPeriods == "months")
        {
            return Sql.Fill("fiscal_months").Trim();
        }

        var begins = (((int)settings.WeekBegins + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture);
        string Begin(string year) => Sql.Fill("fiscal_begin", ("year", year), ("week_begins", begins)).Trim();
        var year = Sql.Fill("fiscal_year_of", ("next", Begin("year(d) + 1")), ("this", Begin("year(d)"))).Trim();
        var weeks = settings.FiscalPeriods.Split('-').Select(w => int.Parse(w, CultureInfo.InvariantCulture)).ToList();
        return Sql.Fill("fiscal_weeks", ("year", year), ("week", $"((CAST(d AS DATE) - {Begin(year)}) // 7)"),
            ("first", weeks[0].ToString(CultureInfo.InvariantCulture)), ("second", (weeks[0] + weeks[1]).ToString(CultureInfo.InvariantCulture))).Trim();
    }
}
