using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Privacy;

/// <summary>Removes rows that are older than they may become, from facts and their history and from the quarantine; after each run, so that what a replay or a late delivery brings goes again.</summary>
public static class RetentionPeriods
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(RetentionPeriods));

    /// <summary>Applies the project's periods; outside a transaction.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="project">The project.</param>
    /// <param name="now">The moment, UTC.</param>
    /// <returns>Rows that went, by table.</returns>
    public static IReadOnlyList<ErasedTable> Apply(ISession session, Project project, DateTime now)
    {
        if (project.Settings.Retention.Count == 0)
        {
            return [];
        }

        var gone = new List<ErasedTable>();
        var tables = session.Query<string>(Sql.Fill("tables")).ToHashSet(StringComparer.Ordinal);
        session.InTransaction(() =>
        {
            foreach (var period in project.Settings.Retention)
            {
                var before = string.Create(CultureInfo.InvariantCulture, $"TIMESTAMP '{period.Before(now):yyyy-MM-dd HH:mm:ss}'");
                if (period.Table == Retention.Quarantine)
                {
                    Add("meta.quarantine", session.Execute(Sql.Fill("quarantine", ("before", before))));
                    continue;
                }

                var fact = project.Catalogue.Facts[period.Table];
                foreach (var table in new[] { fact.Table, fact.HistoryTable }.Where(tables.Contains))
                {
                    Add(table, session.Execute(Sql.Fill("fact", ("table", table), ("time", SqlName.Quote(fact.Time!)), ("before", before))));
                }
            }

            if (gone.Exists(g => g.Table != "meta.quarantine"))
            {
                DerivedFigures.Forget(session, project.Catalogue, new RunLog(session).Latest()?.Run ?? 0);
            }
        });
        return gone;

        void Add(string table, long rows)
        {
            if (rows > 0)
            {
                gone.Add(new(table, rows, 0));
            }
        }
    }
}
