using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>How many rows tables have, by run: tables change with a run only, and the engine takes longer to list them than to answer a small question.</summary>
/// <param name="catalogue">What is declared.</param>
internal sealed class KnownSizes(Catalogue catalogue)
{
    private volatile OfRun? _known;

    /// <summary>The sizes; null where no cube has rollups, since nothing else asks for them.</summary>
    public TableSizes? Of(ISession session, int? run, CancellationToken cancellation)
    {
        if (catalogue.Cubes.Values.All(c => c.Rollups.Count == 0))
            return null;
        if (_known is { } known && known.Run == run && run is not null)
            return known.Sizes;
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        session.Stream(SqlFile.Beside<KnownSizes>().Fill(""), null, record => rows[$"star.{record.GetString(0)}"] = Convert.ToInt64(record.GetValue(1), CultureInfo.InvariantCulture), cancellation);
        var sizes = new TableSizes(rows);
        _known = new(run, sizes);
        return sizes;
    }

    private sealed record OfRun(int? Run, TableSizes Sizes);
}
