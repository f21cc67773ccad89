using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Lineage;

/// <summary>A row of a fact with the record it came from.</summary>
/// <param name="Run">The run that wrote it.</param>
/// <param name="Source">The source; null when the warehouse no longer knows the file.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Path">The file or delivery.</param>
/// <param name="Record">The record's number there, from 1.</param>
/// <param name="Line">The line it begins on, where its connector knew it.</param>
/// <param name="Raw">The record as it landed, as JSON; null when landing no longer holds it.</param>
/// <param name="Values">The row's own columns and the keys of its members, as text.</param>
public sealed record TracedRow(
    int Run, string? Source, string? Stream, string? Path, long Record, long? Line, string? Raw, IReadOnlyList<KeyValuePair<string, string?>> Values)
{
    /// <summary>The records of other streams that the record is joined of; empty for a record as its source has it.</summary>
    public IReadOnlyList<TracedPart> Parts { get; init; } = [];
}

/// <summary>A record that a joined one is made of.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Key">Its key; null when the stream has none.</param>
/// <param name="Path">The file or delivery that its key stands for now.</param>
/// <param name="Record">The record's number there, from 1.</param>
public sealed record TracedPart(string Stream, string? Key, string Path, long Record);

/// <summary>Follows rows of a fact back to the records they came from, as they landed.</summary>
/// <param name="warehouse">The warehouse, for reading.</param>
/// <param name="scratch">A session of the scratch instance, which may read landing.</param>
/// <param name="catalogue">The declarations.</param>
/// <param name="landing">The landing.</param>
public sealed class RecordLineage(ISession warehouse, ISession scratch, Catalogue catalogue, LandingStore landing)
{
    private static readonly SqlFile Sql = SqlFile.Beside<RecordLineage>();

    /// <summary>The rows of a fact that have certain values, in the order of their records.</summary>
    /// <param name="fact">The fact; it has a contract.</param>
    /// <param name="conditions">Column and value, all must hold: a column of the fact, or a role's name or key column for the member's key. A null value means missing.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CrmException">A condition names no column of the fact.</exception>
    public IReadOnlyList<TracedRow> Back(Fact fact, IReadOnlyList<KeyValuePair<string, string?>> conditions, int limit, CancellationToken cancellation = default)
    {
        var columns = ColumnsOf(fact);
        var names = columns.ConvertAll(c => c.Name);
        var parameters = new Dictionary<string, object?> { ["limit"] = limit };
        var clauses = conditions.Select((condition, i) => Clause(fact, columns, condition, i, parameters)).ToList();
        var joins = fact.Roles.Where(r => !catalogue.Dimensions[r.Dimension].IsDate).Select(r => Join(r, catalogue.Dimensions[r.Dimension]));
        var rows = new List<TracedRow>();
        var landings = new List<string?>();
        warehouse.Stream(
            Sql.Fill(
                "rows", ("table", fact.Table), ("joins", string.Concat(joins)), ("conditions", clauses.Count == 0 ? "true" : string.Join(" AND ", clauses)),
                ("columns", string.Concat(columns.Select(c => Sql.Fill("column", ("column", c.Sql), ("name", SqlName.Quote(c.Name))).TrimEnd())))),
            parameters,
            row =>
            {
                rows.Add(new(
                    row.GetInt32(0), Text(row, 2), Text(row, 3), Text(row, 4), row.GetInt64(1), null, null,
                    [.. names.Select((n, i) => KeyValuePair.Create(n, Text(row, 6 + i)))]));
                landings.Add(Text(row, 5));
            },
            cancellation);
        return WithRecords(rows, landings, cancellation);
    }

    private List<TracedRow> WithRecords(List<TracedRow> rows, List<string?> landings, CancellationToken cancellation)
    {
        foreach (var group in rows.Select((row, i) => (Row: row, Landing: landings[i], Index: i)).Where(r => r.Row.Source is not null && r.Landing is not null)
            .GroupBy(r => (r.Row.Source, r.Row.Stream, r.Row.Path, r.Landing)).ToList())
        {
            if (landing.Find(group.Key.Source!, group.Key.Stream!, group.Key.Landing!) is not { } batch)
            {
                continue;
            }

            var landed = LandedRelation.SqlWithLines(batch);
            const string line = "CAST(_line AS BIGINT)";
            var record = $"{{{SqlName.List(batch.Columns.Select(c => $"{SqlName.Literal(c.Name)}: {SqlName.Quote(c.Name)}"))}}}";
            var found = scratch.Query<LandedRecord>(
                Sql.Fill("records", ("landed", landed), ("line", line), ("record", record)),
                new { path = group.Key.Path, records = group.Select(r => r.Row.Record).ToList() }, cancellation).ToDictionary(r => r.Record);
            foreach (var (row, _, index) in group)
            {
                rows[index] = found.TryGetValue(row.Record, out var raw) ? row with { Line = raw.Line, Raw = raw.Raw, Parts = [.. Parts(group.Key.Source!, batch, raw.Raw)] } : row;
            }
        }

        return rows;
    }

    private IEnumerable<TracedPart> Parts(string source, LandedBatch batch, string raw)
    {
        using var record = JsonDocument.Parse(raw);
        foreach (var column in batch.Columns.Select(c => c.Name).Where(n => n.StartsWith(StreamJoin.KeyOf(""), StringComparison.Ordinal)))
        {
            var (stream, key) = (column[StreamJoin.KeyOf("").Length..], record.RootElement.GetProperty(column).GetString());
            if (string.IsNullOrEmpty(key))
            {
                continue;
            }

            if (KeyIndex.IsThere(warehouse, source, stream))
            {
                foreach (var place in warehouse.Query<PlaceRow>(Sql.Fill("part", ("table", KeyIndex.TableOf(source, stream))), new { key }))
                {
                    yield return new(stream, key, place.Path, place.Record);
                }
            }
            else if (key.LastIndexOf('#') is > 0 and var mark && long.TryParse(key.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                yield return new(stream, null, key[..mark], number);
            }
        }
    }

    private string Clause(Fact fact, List<TracedColumn> columns, KeyValuePair<string, string?> condition, int number, Dictionary<string, object?> parameters)
    {
        var role = fact.Roles.FirstOrDefault(r => r.Role == condition.Key);
        var name = role is null ? condition.Key : role.Column;
        var column = columns.Find(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new CrmException(
            FailureKind.WrongUse, $"'{condition.Key}' is no column of {fact.Table}", "--where",
            NearestName.Expected("one of its columns", condition.Key, [.. columns.Select(c => c.Name)]), "Correct the name");
        if (condition.Value is null)
        {
            return Sql.Fill("missing", ("column", column.Sql)).Trim();
        }

        parameters[string.Create(CultureInfo.InvariantCulture, $"v{number}")] = condition.Value;
        return Sql.Fill("equals", ("column", column.Sql), ("number", number.ToString(CultureInfo.InvariantCulture)), ("type", column.Type)).Trim();
    }

    /// <summary>The fact's own columns, and the business keys of its members.</summary>
    private List<TracedColumn> ColumnsOf(Fact fact)
    {
        var own = fact.Columns.Select(c => new TracedColumn(c.Name, $"f.{SqlName.Quote(c.Name)}", c.Type.Sql));
        var members = fact.Roles.Where(r => !catalogue.Dimensions[r.Dimension].IsDate && fact.Columns.All(c => c.Name != r.Column)).Select(r =>
        {
            var dimension = catalogue.Dimensions[r.Dimension];
            return new TracedColumn(r.Column, $"{Alias(r)}.{SqlName.Quote(dimension.Key!)}", dimension.Find(dimension.Key!)!.Type.Sql);
        });
        return [.. own, .. members];
    }

    private static string Join(FactRole role, Dimension dimension)
    {
        // A versioned dimension has a row for each version of a member; the fact knows which one.
        var dimensionKey = dimension.IsVersioned ? dimension.VersionKeyColumn : dimension.KeyColumn;
        var factKey = dimension.IsVersioned ? $"{role.Role}_version_key" : $"{role.Role}_key";
        return Sql.Fill("role", ("joins", dimension.Table), ("alias", Alias(role)), ("dimension_key", SqlName.Quote(dimensionKey)), ("fact_key", SqlName.Quote(factKey))).TrimEnd();
    }

    private static string Alias(FactRole role) => SqlName.Quote($"d_{role.Role}");

    private static string? Text(System.Data.IDataRecord row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    private sealed record TracedColumn(string Name, string Sql, string Type);

    private sealed record PlaceRow(string Path, long Record);

    private sealed record LandedRecord(long Record, long? Line, string Raw);
}
