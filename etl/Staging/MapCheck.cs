using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Quality;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Staging;

/// <summary>Checks the SQL of a source's maps and rules against the stream's real columns and the contracts' types, without reading any data.</summary>
public static class MapCheck
{
    /// <summary>All problems of the maps over one stream.</summary>
    /// <param name="session">A session; no table is read or written.</param>
    /// <param name="project">The project.</param>
    /// <param name="source">The source.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="columns">The stream's columns as the connector finds them; none when there is no record yet that tells of any, and nothing to check by.</param>
    public static IReadOnlyList<Problem> Check(
        ISession session, Project project, Source source, SourceStream stream, IReadOnlyList<LandedColumn> columns)
    {
        if (columns.Count == 0)
        {
            return [];
        }

        var shape = new StreamShape(source, stream, [.. columns.Select(c => new DescribedColumn(c.Name, c.Type))]);
        var problems = new List<Problem>();
        problems.AddRange(stream.Columns.Where(c => !columns.Any(r => Same(r.Name, c.Name))).Select(c => new Problem(
            c.Where, $"column '{c.Name}' is not in {source.Name}/{stream.Name}", Known(columns, c.Name), "Correct the name")));
        if (problems.Count > 0)
        {
            return problems;
        }

        foreach (var written in source.Maps.Where(m => m.From == stream.Name))
        {
            var contract = project.Catalogue.Contracts[written.Contract];
            var map = shape.Resolve(written, contract);
            if (map.Filter is { } filter)
            {
                problems.AddRange(Expression(session, shape, filter, new ColumnType(TypeKind.Boolean), columns));
            }

            foreach (var (name, expression) in map.Columns)
            {
                problems.AddRange(Expression(session, shape, expression, contract.Columns.First(c => c.Name == name).Type, columns));
            }

            problems.AddRange(Required(map, contract));
            foreach (var (rule, condition) in source.Rules.Where(r => RuleScope.Covers(r, contract, project.Catalogue)).Select(r => (r, r.Test as ConditionTest)))
            {
                if (condition is null)
                {
                    continue;
                }

                var row = new StreamShape(source, stream with { Columns = [] }, [.. contract.Columns.Select(c => new DescribedColumn(c.Name, c.Type.Sql))]);
                problems.AddRange(Expression(
                    session, row, new(condition.Sql, rule.Where), new ColumnType(TypeKind.Boolean), [.. contract.Columns.Select(c => new LandedColumn(c.Name, c.Type.Sql))]));
            }
        }

        if (source.Streams[0].Name == stream.Name)
        {
            problems.AddRange(RuleSqlCheck.Check(session, project, source));
        }

        return problems;
    }

    /// <summary>All problems of a join and of the maps over it.</summary>
    /// <param name="session">A session; no table is read or written.</param>
    /// <param name="project">The project.</param>
    /// <param name="source">The source.</param>
    /// <param name="join">The join.</param>
    /// <param name="columns">The columns of a stream.</param>
    public static IReadOnlyList<Problem> Check(ISession session, Project project, Source source, StreamJoin join, Func<string, IReadOnlyList<LandedColumn>> columns)
    {
        IReadOnlyList<LandedColumn> joined;
        try
        {
            joined = JoinColumns.Describe(session, join, columns);
        }
        catch (EngineException e) when (e.Kind is EngineErrorKind.Syntax or EngineErrorKind.Name or EngineErrorKind.Conversion or EngineErrorKind.Other)
        {
            return [new(
                join.Where, $"'{join.Sql}' cannot be understood: {e.Message.Split('\n')[0].Trim()}",
                $"a join over {string.Join("; ", join.Streams.Select(s => $"{s} ({string.Join(", ", columns(s).Select(c => c.Name))})"))}", "Correct the join")];
        }

        var names = joined.Select(c => c.Name).ToList();
        return Check(session, project, JoinColumns.Source(source, join, names), JoinColumns.Stream(source, join, names), joined);
    }

    private static IEnumerable<Problem> Required(ContractMap map, Contract contract) =>
        contract.Columns.Where(c => c.Required && c.Default is null && !map.Columns.ContainsKey(c.Name)).Select(c => new Problem(
            map.Where, $"the map to {contract.Name} does not fill {c.Name}", $"an expression for it, since {contract.Name} requires it", $"Add '{c.Name}: …' to the map"));

    private static IEnumerable<Problem> Expression(
        ISession session, StreamShape shape, MappedExpression expression, ColumnType wanted, IReadOnlyList<LandedColumn> columns)
    {
        if (shape.Sql(expression.Sql) == expression.Sql && SqlWords.HasQuery(expression.Sql))
        {
            yield return new(
                expression.Where, $"'{expression.Sql}' has a query in it", $"an SQL expression over the columns {string.Join(", ", columns.Select(c => c.Name))}",
                "Read streams together with `from: a join b using (…)`, or correct the expression");
            yield break;
        }

        var found = "";
        string? failure = null;
        try
        {
            found = session.Describe(ConformedStream.DescribeExpression(shape, expression.Sql))[0].Type;
        }
        catch (EngineException e) when (e.Kind is EngineErrorKind.Syntax or EngineErrorKind.Name or EngineErrorKind.Conversion or EngineErrorKind.Other)
        {
            failure = e.Message.Split('\n')[0].Trim();
        }

        if (failure is not null)
        {
            yield return new(
                expression.Where, $"'{expression.Sql}' cannot be understood: {failure}",
                $"an SQL expression over the columns {string.Join(", ", columns.Select(c => c.Name))}", "Correct the expression");
            yield break;
        }

        if (!Fits(found, wanted.Kind))
        {
            yield return new(
                expression.Where, $"'{expression.Sql}' gives {found}", $"{wanted}, or text that reads as it", "Cast it, or map another expression");
        }
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static string Known(IReadOnlyList<LandedColumn> columns, string name) =>
        NearestName.Expected("a column of the stream", name, [.. columns.Select(c => c.Name)]);

    /// <summary>Text is read as whatever is wanted, value by value; everything else must be of the same nature.</summary>
    private static bool Fits(string found, TypeKind wanted)
    {
        var name = found.Split('(')[0];
        if (name is "VARCHAR" or "\"NULL\"" or "NULL" || wanted == TypeKind.Text)
        {
            return true;
        }

        var isNumber = name is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT"
            or "UHUGEINT" or "DECIMAL" or "DOUBLE" or "FLOAT";
        return wanted switch
        {
            TypeKind.Integer or TypeKind.Decimal or TypeKind.Double => isNumber,
            TypeKind.Boolean => name == "BOOLEAN",
            _ => name.StartsWith("TIMESTAMP", StringComparison.Ordinal) || name == "DATE",
        };
    }
}
