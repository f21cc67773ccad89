using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines;

/// <summary>What differs between engines in the SQL of a question; everything else is shared text.</summary>
public abstract class SqlDialect
{
    /// <summary>How a bound parameter is written in the statement.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The value that is bound; some engines name its type.</param>
    public abstract string Parameter(string name, object value);

    /// <summary>A table of the warehouse, <c>schema.name</c>, as the engine knows it.</summary>
    public virtual string Table(string table) => string.Join('.', table.Split('.').Select(SqlName.Quote));

    /// <summary>
    /// The condition under which a row is one that a run sees, where tables hold the rows of all runs together; null where a table holds the newest ones and
    /// its history the others.
    /// </summary>
    /// <param name="alias">The table's name in the statement, quoted; null when its columns stand alone.</param>
    /// <param name="run">The run, as the statement says it.</param>
    public virtual string? SeenBy(string? alias, string run) => null;

    /// <summary>Whether amounts are shared out over a bridge by its weights.</summary>
    public virtual bool WeighsBridges => true;

    /// <summary>Whether an aggregate takes a FILTER; else what the filter leaves out is null, which aggregates pass over.</summary>
    public virtual bool FiltersAggregates => true;

    /// <summary>The exact quantile of a numeric expression, interpolated between neighbours (type 7), as a double.</summary>
    /// <param name="expression">The expression over rows.</param>
    /// <param name="share">0–1; 0.5 is the median.</param>
    public abstract string Quantile(string expression, string share);

    /// <summary>An approximate number of different values of an expression.</summary>
    public abstract string DistinctSketch(string expression);

    /// <summary>A condition: the text matches a LIKE pattern, ignoring case. The pattern's own wildcards were escaped with <see cref="EscapePattern"/>.</summary>
    public abstract string MatchesPattern(string expression, string pattern);

    /// <summary>The text with everything that LIKE would read as a wildcard escaped, so that it stands for itself.</summary>
    public abstract string EscapePattern(string text);
}
