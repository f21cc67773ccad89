using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Loading;

/// <summary>A star in memory that deliveries are loaded into step by step, with the landing beside it that late records are placed from.</summary>
internal sealed class HistoryWarehouse : IDisposable
{
    private readonly DuckDbInstance instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });
    private readonly ISession session;
    private int run;

    public HistoryWarehouse()
    {
        session = instance.Connect();
        session.Execute("CREATE SCHEMA star; CREATE SCHEMA conformed; CREATE SCHEMA meta");
        StarSchema.Apply(session, HistoryModel.Catalogue);
        var columns = $"thing_id VARCHAR, since TIMESTAMP, {string.Join(", ", HistoryModel.Attributes.Select(a => $"{a.Name} VARCHAR"))}, _deleted BOOLEAN, _file INTEGER, _record BIGINT";
        session.Execute($"CREATE TEMP TABLE landed ({columns}); CREATE TEMP TABLE delivered ({columns}); CREATE TEMP TABLE withdrawn_things (member VARCHAR)");
    }

    /// <summary>Loads one file: new, or in the place of what it held before.</summary>
    public void Deliver(int file, IEnumerable<(string Member, Observation Said, int Record)> rows)
    {
        run++;
        session.InTransaction(() =>
        {
            session.Execute("DELETE FROM delivered; DELETE FROM withdrawn_things");
            using (var append = session.Append("temp", "delivered"))
            {
                foreach (var (member, said, record) in rows)
                {
                    append.Row([member, HistoryModel.Moment(said.Day), .. said.Values, said.Deleted, file, (long)record]);
                }

                append.Complete();
            }

            var withdrawn = session.Execute($"INSERT INTO withdrawn_things SELECT DISTINCT thing_id FROM landed WHERE _file = {file}") > 0;
            session.Execute($"DELETE FROM landed WHERE _file = {file}; INSERT INTO landed FROM delivered");
            foreach (var dimension in HistoryModel.Catalogue.Dimensions.Values)
            {
                var load = new DimensionLoad(session, dimension, HistoryModel.Catalogue.Contracts["thing"], run);
                load.Apply(new ContractRows("delivered", (key, members) =>
                {
                    session.Execute($"CREATE OR REPLACE TEMP VIEW all_things AS SELECT * FROM landed WHERE {key} IN (SELECT member FROM {members})");
                    return "all_things";
                }), withdrawn ? "withdrawn_things" : null);
            }
        });
    }

    /// <summary>The rows of every member of a dimension as texts, in order of time.</summary>
    public Dictionary<string, List<string>> Rows(Dimension dimension)
    {
        var columns = HistoryModel.Of(dimension).SelectMany(a => a.Scd switch
        {
            3 => [Shown(a.Name), Shown($"previous_{a.Name}"), Shown($"strftime({a.Name}_since, '%Y-%m-%d')")],
            6 => [Shown(a.Name), Shown($"current_{a.Name}")],
            _ => new[] { Shown(a.Name) },
        });
        var validity = dimension.IsVersioned ? new[] { "strftime(valid_from, '%Y-%m-%d')", "strftime(valid_to, '%Y-%m-%d')", "CASE WHEN is_current THEN 'current' ELSE 'past' END" } : [];
        var text = string.Join(", ", columns.Concat(validity).Append("CASE WHEN is_deleted THEN 'deleted' ELSE 'there' END"));
        return session.Query<(string Member, string Text)>(
            $"SELECT thing_id, concat_ws('|', {text}) FROM {dimension.Table} WHERE {dimension.KeyColumn} <> 0 AND NOT is_inferred ORDER BY thing_id{(dimension.IsVersioned ? ", valid_from" : "")}")
            .GroupBy(r => r.Member).ToDictionary(g => g.Key, g => g.Select(r => r.Text).ToList());
    }

    public T Scalar<T>(string sql) => session.Scalar<T>(sql);

    public void Dispose()
    {
        session.Dispose();
        instance.Dispose();
    }

    private static string Shown(string value) => $"coalesce(chr(39) || {value} || chr(39), 'NULL')";
}
