using System.Globalization;
using System.Text;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Writes the one statement that copies the files of an extract into its Parquet file, and asks what came out.</summary>
/// <param name="shared">A session of the scratch instance.</param>
/// <param name="options">How the files are read.</param>
internal sealed class FilesCopy(ISession shared, FilesOptions options) : IDisposable
{
    private OwnScratch? own;

    private ISession Scratch => own?.Session ?? shared;

    /// <summary>Works in an instance of its own from now on, a new one when it has one already: Parquet files can break it.</summary>
    public void Separate()
    {
        if (own is null)
        {
            own = new(shared);
        }
        else
        {
            own.Renew();
        }
    }

    public void Dispose() => own?.Dispose();


    private static readonly SqlFile Sql = SqlFile.Beside<FilesCopy>();

    /// <summary>The query of CSV files that are written alike, numbered on from <paramref name="first"/>.</summary>
    public string Csv(IReadOnlyList<FileFacts> files, int first) => Sql.Fill(
        "csv",
        ("first", Number(first)),
        ("columns", SqlName.List(files[0].Columns.Select(SqlName.Quote))),
        ("files", EnginePath.Literals(files.Select(f => f.ReadsFrom))),
        ("header", options.Header ? "true" : "false"),
        ("delimiter", Character(files[0].Dialect.Delimiter)),
        ("quote", Character(files[0].Dialect.Quote)),
        ("escape", Character(files[0].Dialect.Escape)),
        ("nulls", $"[{SqlName.List(options.NullValues.Prepend("").Select(SqlName.Literal))}]"),
        ("compression", files[0].Probe.Gzip ? "'gzip'" : "'none'"),
        ("parallel", files[0].SpansLines ? "false" : "true"),
        ("types", Types(files[0].Columns.Select(c => (c, "VARCHAR")))));

    /// <summary>The query of what was spooled.</summary>
    /// <param name="spool">The rows.</param>
    /// <param name="line">The column of their lines, when they bear it.</param>
    public static string Spool(RowSpool spool, string? line)
    {
        if (spool.Sealed is { } rows)
        {
            return Sql.Fill(
                "sealed spool", ("file", rows), ("line", line is null ? "" : $", {line}"),
                ("columns", string.Concat(spool.Columns.Select((c, i) => $", v[{Number(i + 1)}] AS {SqlName.Quote(c)}"))));
        }

        var longest = Math.Max(spool.LongestRow + 64, 1 << 20);
        return Sql.Fill(
            "spool",
            ("line", line is null ? "" : $", {line}"),
            ("columns", string.Concat(spool.Columns.Select(c => $", {SqlName.Quote(c)}"))),
            ("files", EnginePath.Literals([spool.Path])),
            ("longest", Number(longest)),
            ("buffer", Number(longest * 4L)),
            ("types", Types([("_file", "INTEGER"), ("_record", "BIGINT"), (LandedRelation.LineColumn, "BIGINT"), .. spool.Columns.Select(c => (c, "VARCHAR"))])));
    }

    /// <summary>The query of Parquet files, numbered on from <paramref name="first"/>; their columns keep their types.</summary>
    public string Parquet(IReadOnlyList<FileFacts> files, int first)
    {
        var columns = ParquetColumns(files).Select(c => c.Name).ToList();
        var named = columns.Zip(ColumnNames.Distinct(columns, []), (from, to) => $"{SqlName.Quote(from)} AS {SqlName.Quote(to)}");
        return Sql.Fill(
            "parquet", ("first", Number(first)), ("columns", SqlName.List(named)), ("files", EnginePath.Literals(files.Select(f => f.ReadsFrom))));
    }

    /// <summary>The columns of Parquet files together.</summary>
    public IReadOnlyList<LandedColumn> ParquetColumns(IEnumerable<FileFacts> files) =>
        [.. Scratch.Describe(Sql.Fill("parquet columns", ("files", EnginePath.Literals(files.Select(f => f.ReadsFrom)))))
            .Select(c => new LandedColumn(c.Name, c.Type))];

    /// <summary>Reads a Parquet file through; answers what the engine has against it, or null.</summary>
    /// <param name="file">The file.</param>
    /// <param name="good">A file that it has to go together with; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    public string? ParquetFault(FileFacts file, FileFacts? good, CancellationToken cancellation) =>
        Fault([file], cancellation) ?? (good is null || Fault([good, file], cancellation) is not { } fault ? null
            : $"its columns do not go together with those of {good.Item.Path}: {fault}");

    private string? Fault(IEnumerable<FileFacts> files, CancellationToken cancellation)
    {
        try
        {
            Scratch.Execute(Sql.Fill("parquet probe", ("files", EnginePath.Literals(files.Select(f => f.ReadsFrom)))), null, cancellation);
            return null;
        }
        catch (EngineException e) when (e.Kind is not EngineErrorKind.Interrupted)
        {
            Separate();
            return e.Message.Split('\n')[0];
        }
    }

    /// <summary>Copies the rows of the queries, in their order, into the target.</summary>
    public void Copy(IEnumerable<string> parts, string target, CancellationToken cancellation)
    {
        var rows = string.Join("\nUNION ALL BY NAME\n", parts.Prepend(Sql.Fill("none")));
        Scratch.Execute(Sql.Fill("copy", ("parts", rows), ("target", SqlName.Literal(target)), ("sealed", EnginePath.Sealed(Scratch))), null, cancellation);
    }

    /// <summary>The raw columns that came out, and whether the rows bear their lines.</summary>
    public (IReadOnlyList<LandedColumn> Columns, bool HasLines) Landed(string target)
    {
        var all = Scratch.Describe(Sql.Fill("landed", ("target", EnginePath.Written(Scratch, target))));
        return (
            [.. all.Where(c => c.Name != LandedRelation.LineColumn && !LandedRelation.LineageColumns.Contains(c.Name)).Select(c => new LandedColumn(c.Name, c.Type))],
            all.Any(c => c.Name == LandedRelation.LineColumn));
    }

    /// <summary>Rows of each file, by number.</summary>
    public IReadOnlyDictionary<int, FileRows> Counts(string target, CancellationToken cancellation) =>
        Scratch.Query<FileRows>(Sql.Fill("counts", ("target", EnginePath.Written(Scratch, target))), null, cancellation).ToDictionary(r => r.Number);

    private static string Types(IEnumerable<(string Name, string Type)> columns) =>
        $"{{{SqlName.List(columns.Select(c => $"{SqlName.Literal(c.Name)}: {SqlName.Literal(c.Type)}"))}}}";

    private static string Character(byte? character) => SqlName.Literal(character is { } c ? Encoding.ASCII.GetString([c]) : "");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The rows of one file in the target.</summary>
    /// <param name="Number">The file's number.</param>
    /// <param name="Records">How many.</param>
    /// <param name="FirstRow">Position of the first, from 0.</param>
    /// <param name="LastRow">Position of the last.</param>
    internal sealed record FileRows(int Number, long Records, long FirstRow, long LastRow);
}
