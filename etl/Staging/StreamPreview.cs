using System.Globalization;
using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Quality;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Staging;

/// <summary>A record as a preview shows it.</summary>
/// <param name="Path">The file or delivery.</param>
/// <param name="Record">Its number there, from 1.</param>
/// <param name="Values">Its values as text, in the order of the columns; null for missing.</param>
public sealed record PreviewRow(string Path, long Record, IReadOnlyList<string?> Values);

/// <summary>Why a record of a preview would be put aside.</summary>
/// <param name="Path">The file or delivery.</param>
/// <param name="Record">Its number there.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Column">The column, if one.</param>
/// <param name="Reason">The reason.</param>
/// <param name="Raw">The record as it came.</param>
public sealed record PreviewFault(string Path, long Record, string Rule, string? Column, string Reason, string? Raw);

/// <summary>Shows what a stream holds, and what would become of it, before anything is stored.</summary>
/// <param name="session">A session of the scratch instance.</param>
/// <param name="project">The project.</param>
/// <param name="source">The source.</param>
/// <param name="stream">The stream.</param>
/// <param name="sample">Records of it.</param>
/// <param name="limit">Most records to show.</param>
public sealed class StreamPreview(ISession session, Project project, Source source, SourceStream stream, SourceSample sample, long limit)
{
    private const string View = "preview_raw";
    private static readonly SqlFile Sql = SqlFile.Beside<StreamPreview>();

    /// <summary>The raw records.</summary>
    public IReadOnlyList<PreviewRow> Raw(CancellationToken cancellation = default)
    {
        var rows = new List<PreviewRow>();
        var columns = Texts(sample.Columns.Select(c => c.Name));
        session.Stream(
            Sql.Fill("raw", ("relation", sample.Relation), ("columns", columns), ("limit", Limit)), null,
            row => rows.Add(new(row.GetString(0), row.GetInt64(1), [.. Enumerable.Range(2, sample.Columns.Count).Select(i => row.IsDBNull(i) ? null : row.GetString(i))])),
            cancellation);
        return rows;
    }

    /// <summary>The rows that the records make of one contract, and why the others make none; rules about single rows are asked, those about others are not.</summary>
    /// <param name="contract">The contract; one that the source maps the stream to.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="DeclarationException">The map does not fit the stream.</exception>
    public (IReadOnlyList<PreviewRow> Rows, IReadOnlyList<PreviewFault> Faults) Conformed(Contract contract, CancellationToken cancellation = default)
    {
        if (sample.Columns.Count == 0)
        {
            return ([], []);
        }

        var problems = MapCheck.Check(session, project, source, stream, sample.Columns);
        if (problems.Count > 0)
        {
            throw new DeclarationException(problems);
        }

        var shape = new StreamShape(source, stream, [.. sample.Columns.Select(c => new DescribedColumn(c.Name, c.Type))]);
        var map = source.Maps.First(m => m.From == stream.Name && m.Contract == contract.Name);
        var rules = source.Rules.Where(r => RuleScope.Covers(r, contract, project.Catalogue)).ToList();
        var rows = new ConformedRows(shape.Resolve(map, contract), contract, rules, "preview_rows");
        var conformed = new ConformedStream(shape, [rows], "preview_conformed");
        session.Execute(Sql.Fill("view", ("view", View), ("relation", sample.Relation), ("limit", Limit)));
        ConformedStream.MakeBadTable(session);
        conformed.Fill(session, View, cancellation);
        var findings = new RuleFindings(session, cancellation);
        new RowRules(findings).Judge(new(source, stream, conformed, "", [.. sample.Files.Select((f, i) => Loaded(f.Path, i))], IsRecalled: true));
        findings.Withdraw();
        return (Rows(contract, cancellation), Faults());
    }

    private string Limit => limit.ToString(CultureInfo.InvariantCulture);

    private List<PreviewRow> Rows(Contract contract, CancellationToken cancellation)
    {
        var rows = new List<PreviewRow>();
        session.Stream(
            Sql.Fill("rows", ("view", "preview_rows"), ("columns", Texts(contract.Columns.Select(c => c.Name)))), null,
            row => rows.Add(new(
                sample.Files[row.GetInt32(0)].Path, row.GetInt64(1), [.. Enumerable.Range(2, contract.Columns.Count).Select(i => row.IsDBNull(i) ? null : row.GetString(i))])),
            cancellation);
        return rows;
    }

    private List<PreviewFault> Faults() =>
        [.. sample.Rejects.Where(r => r.Record <= limit).Select(r => new PreviewFault(r.Path, r.Record, "unreadable", r.ColumnName, r.Reason, r.RawText))
            .Concat(session.Query<BadRow>(Sql.Fill("bad", ("bad", ConformedStream.BadTable)))
                .Select(b => new PreviewFault(sample.Files[b.FileId].Path, b.SourceRecord, b.Rule, b.ColumnName, b.Reason, b.Raw)))];

    private static LoadedFile Loaded(string path, int id) => new(id, path, 0, default, "", 0, 0, "", 0);

    private static string Texts(IEnumerable<string> columns) => string.Concat(columns.Select(c => Sql.Fill("text", ("column", SqlName.Quote(c))).TrimEnd()));

    private sealed record BadRow(int FileId, long SourceRecord, string Rule, string? ColumnName, string Reason, string? Raw);
}
