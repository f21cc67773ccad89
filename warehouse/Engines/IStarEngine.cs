using System.Data;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines;

/// <summary>Where the rows of the star are that questions read. What runs log and declare is always in the warehouse itself.</summary>
public interface IStarEngine
{
    /// <summary>How statements are spelled there.</summary>
    SqlDialect Dialect { get; }

    /// <summary>The run whose rows a question reads; null: the newest, which need no condition.</summary>
    /// <param name="session">A session of the warehouse.</param>
    /// <param name="asked">The past run that the question asks for; null: the newest.</param>
    /// <exception cref="CrmException">There is no such state there.</exception>
    int? RunOf(ISession session, int? asked);

    /// <summary>Runs a statement and hands each row to <paramref name="row"/>; memory stays bounded.</summary>
    void Stream(ISession session, string sql, IReadOnlyDictionary<string, object?> parameters, Action<IDataRecord> row, CancellationToken cancellation);

    /// <summary>Runs a statement that answers few rows and comes again with other values; a row is read by position, as the value it is.</summary>
    void Answer(ISession session, string sql, IReadOnlyDictionary<string, object?> parameters, Action<IDataRecord> row, CancellationToken cancellation)
        => Stream(session, sql, parameters, row, cancellation);
}

/// <summary>The star in the warehouse's own file.</summary>
public sealed class OwnStar : IStarEngine
{
    /// <summary>The one instance; it holds no state.</summary>
    public static OwnStar Instance { get; } = new();

    /// <inheritdoc/>
    public SqlDialect Dialect => DuckDbDialect.Instance;

    /// <inheritdoc/>
    public int? RunOf(ISession session, int? asked) => asked;

    /// <inheritdoc/>
    public void Stream(ISession session, string sql, IReadOnlyDictionary<string, object?> parameters, Action<IDataRecord> row, CancellationToken cancellation)
        => session.Stream(sql, parameters, row, cancellation);

    /// <inheritdoc/>
    public void Answer(ISession session, string sql, IReadOnlyDictionary<string, object?> parameters, Action<IDataRecord> row, CancellationToken cancellation)
        => session.StreamKept(sql, parameters, row, cancellation);
}
