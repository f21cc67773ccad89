using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Staging;

/// <summary>A column of joined streams.</summary>
/// <param name="Name">Its name: the column's own, or <c>stream.column</c> where several streams have one of that name.</param>
/// <param name="Sql">The column in the join.</param>
public sealed record JoinColumn(string Name, string Sql);

/// <summary>What the columns of joined streams are called, and what maps mean by them.</summary>
public static class JoinColumns
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(JoinColumns));

    /// <summary>The columns of a join.</summary>
    /// <param name="join">The join.</param>
    /// <param name="columns">The columns of a stream.</param>
    public static IReadOnlyList<JoinColumn> Of(StreamJoin join, Func<string, IReadOnlyList<LandedColumn>> columns)
    {
        var parts = join.Streams.Select(s => (Stream: s, Columns: columns(s).Select(c => c.Name).ToList())).ToList();
        var shared = join.Shared.Select(s => parts.SelectMany(p => p.Columns).FirstOrDefault(c => Same(c, s)) ?? s).Select(s => new JoinColumn(s, SqlName.Quote(s)));
        var own = parts.SelectMany(p => p.Columns.Where(c => !join.Shared.Any(s => Same(s, c))).Select(c => new JoinColumn(
            parts.Count(o => o.Columns.Any(n => Same(n, c))) > 1 ? $"{p.Stream}.{c}" : c, $"{SqlName.Quote(p.Stream)}.{SqlName.Quote(c)}")));
        return [.. shared, .. own];
    }

    /// <summary>The join as a stream: its key is made of the keys of its streams, its columns have the types that they declare.</summary>
    /// <param name="source">The source.</param>
    /// <param name="join">The join.</param>
    /// <param name="columns">Names of its columns.</param>
    public static SourceStream Stream(Source source, StreamJoin join, IReadOnlyList<string> columns)
    {
        var declared = new List<StreamColumn>();
        foreach (var stream in join.Streams.Select(name => source.Streams.First(s => s.Name == name)))
        {
            foreach (var column in stream.Columns)
            {
                var name = columns.FirstOrDefault(c => Same(c, $"{stream.Name}.{column.Name}")) ?? columns.FirstOrDefault(c => Same(c, column.Name));
                if (name is not null && !declared.Exists(d => d.Name == name))
                {
                    declared.Add(column with { Name = name });
                }
            }
        }

        return new(join.Name, new Dictionary<string, OptionValue>(), [.. join.Streams.Select(StreamJoin.KeyOf)], declared, join.Where);
    }

    /// <summary>The source with the join's maps over the columns as they are called: <c>orders.id</c> means the column <c>orders.id</c>, or <c>id</c> where there is one alone.</summary>
    /// <param name="source">The source.</param>
    /// <param name="join">The join.</param>
    /// <param name="columns">Names of its columns.</param>
    public static Source Source(Source source, StreamJoin join, IReadOnlyList<string> columns)
    {
        return source with
        {
            Maps = [.. source.Maps.Select(m => m.From != join.Name ? m : m with
        {
            Filter = m.Filter is { } filter ? Respell(filter) : null,
            Columns = m.Columns.ToDictionary(c => c.Key, c => Respell(c.Value), StringComparer.Ordinal),
        })]
        };

        MappedExpression Respell(MappedExpression expression) => expression with { Sql = SqlWords.Respell(expression.Sql, Spell) };

        string? Spell(string stream, string column) => !join.Streams.Contains(stream) ? null
            : (columns.FirstOrDefault(c => Same(c, $"{stream}.{column}")) ?? columns.FirstOrDefault(c => Same(c, column))) is { } name ? SqlName.Quote(name) : null;
    }

    /// <summary>The join's columns with their types, found without reading any data.</summary>
    /// <param name="session">A session; no table is read or written.</param>
    /// <param name="join">The join.</param>
    /// <param name="columns">The columns of a stream.</param>
    /// <exception cref="EngineException">The join cannot be understood.</exception>
    public static IReadOnlyList<LandedColumn> Describe(ISession session, StreamJoin join, Func<string, IReadOnlyList<LandedColumn>> columns)
    {
        var selected = SqlName.List(Of(join, columns).Select(c => $"{c.Sql} AS {SqlName.Quote(c.Name)}"));
        var from = join.From(s => Sql.Fill("empty", ("columns", SqlName.List(columns(s).Select(c => $"CAST(NULL AS {c.Type}) AS {SqlName.Quote(c.Name)}")))));
        return [.. session.Describe(Sql.Fill("joined", ("columns", selected), ("from", from))).Select(c => new LandedColumn(c.Name, c.Type))];
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
