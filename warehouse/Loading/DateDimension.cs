using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>Fills the date dimension with every day of the calendar years that facts fall in.</summary>
public static class DateDimension
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(DateDimension));

    /// <summary>Notes the years of a relation's column; call for every date role before <see cref="Fill"/>.</summary>
    public static void Need(ISession session, string relation, string column) =>
        session.Execute(Sql.Fill("years", ("rows", relation), ("column", SqlName.Quote(column))));

    /// <summary>Adds the days of the noted years that are not there yet; answers how many.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="date">The date dimension.</param>
    /// <param name="fiscalYearStart">Month (1–12) the fiscal year begins with.</param>
    /// <param name="run">The run that writes.</param>
    public static long Fill(ISession session, Dimension date, int fiscalYearStart, int run)
    {
        var columns = SqlName.List(date.Attributes.Select(a => SqlName.Quote(a.Column)).Prepend("date_key"));
        return session.Execute(Sql.Fill("fill", ("columns", columns)), new { run, fiscal_start = fiscalYearStart });
    }
}
