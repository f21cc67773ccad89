using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;
using ISession = Crm.Analytics.Warehouse.Storage.ISession;

namespace Crm.Analytics.Host.Marts;

/// <summary>
/// The published folder of Parquet files: <c>out/marts/run-N</c>, all of one run. It gets its name once it is whole, and only then <c>out/marts/manifest.json</c> is
/// replaced, in one step, and the link <c>out/marts/current</c>, so that nobody ever reads half of a folder; the one before stays until the next run.
/// </summary>
internal sealed class MartFolder(Project project, MartSettings settings, string root, Pseudonyms? pseudonyms = null)
{
    /// <summary>Name of the manifest.</summary>
    public const string Manifest = "manifest.json";

    private const string Current = "current";
    private const string Hidden = "; pseudonyms";
    private static readonly SqlFile sql = SqlFile.Beside<MartFolder>();

    /// <summary>Writes what the newest run published, unless it is there.</summary>
    /// <param name="instance">The open warehouse.</param>
    /// <param name="asOf">The newest run.</param>
    /// <param name="cancellation">Stops; what was there stays.</param>
    /// <returns>How many tables were written; null when they were there, or nothing was ever published.</returns>
    /// <exception cref="CrmException">A file does not hold as many rows as its table.</exception>
    public int? Refresh(DuckDbInstance instance, DataAsOf asOf, CancellationToken cancellation)
    {
        if (asOf.Run is not { } run)
        {
            return null;
        }

        var folder = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"run-{run:000000}"));
        if (Written(folder) is { } said && said == Declared)
        {
            Publish(folder);
            return null;
        }

        var unfinished = Path.Combine(root, $".unfinished-{run}");
        Remove(unfinished);
        Directory.CreateDirectory(unfinished);
        var tables = new List<MartTable>();
        using (var session = instance.Connect())
        {
            // One transaction: all files show the same commit.
            session.InTransaction(() =>
            {
                foreach (var (name, kind, table, grain) in Tables(session))
                {
                    cancellation.ThrowIfCancellationRequested();
                    tables.Add(Write(session, name, kind, table, grain, unfinished, cancellation));
                }
            });
        }

        WriteManifest(Path.Combine(unfinished, Manifest), Path.GetFileName(folder), asOf, tables);
        Remove(folder);
        Directory.Move(unfinished, folder);
        Publish(folder);
        Tidy(folder);
        return tables.Count;
    }

    private IEnumerable<(string Name, string Kind, string Table, string? Grain)> Tables(ISession session)
    {
        var there = session.Query<TableSize>(sql.Fill("tables")).ToDictionary(t => t.Name, t => t.Rows, StringComparer.Ordinal);
        var wanted = settings.Tables.Select(t => t.Text).ToHashSet(StringComparer.Ordinal);
        return project.Catalogue.Dimensions.Values.Select(d => (d.Name, Kind: "dimension", d.Table, Grain: (string?)null))
            .Concat(project.Catalogue.Facts.Values.Select(f => (f.Name, Kind: f.Kind == FactKind.Score ? "score" : "fact", f.Table, Grain: (string?)f.Grain)))
            .Where(t => there.TryGetValue(t.Table, out var rows) && (wanted.Count == 0 ? rows > 0 : wanted.Contains(t.Name)))
            .OrderBy(t => t.Kind, StringComparer.Ordinal).ThenBy(t => t.Name, StringComparer.Ordinal).ToList();
    }

    private MartTable Write(ISession session, string name, string kind, string table, string? grain, string folder, CancellationToken cancellation)
    {
        // A dimension and a fact may share a name; their tables never do.
        var file = $"{table[(table.IndexOf('.', StringComparison.Ordinal) + 1)..]}.parquet";
        var path = Path.Combine(folder, file);
        var columns = session.Describe(sql.Fill("all", ("table", table)), cancellation);
        if (pseudonyms is null)
        {
            session.Execute(sql.Fill("write", ("columns", "*"), ("table", table), ("path", SqlName.Literal(path))), cancellation: cancellation);
        }
        else
        {
            columns = WriteHidden(session, table, path, columns, pseudonyms, cancellation);
        }

        var rows = session.Scalar<long>(sql.Fill("count", ("table", table)), cancellation: cancellation);
        var written = session.Scalar<long>(sql.Fill("written", ("path", SqlName.Literal(path))), cancellation: cancellation);
        if (rows != written)
        {
            throw new CrmException(FailureKind.Failed, $"{written} rows", path, $"the {rows} rows of {table}", "Look whether the disk is full, and run again");
        }

        using var bytes = File.OpenRead(path);
        return new(name, kind, file, rows, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), grain, columns);
    }

    /// <summary>What is emptied the engine leaves out itself; only tables with pseudonyms go through this program, row by row. The key stays out of the engine.</summary>
    private static List<DescribedColumn> WriteHidden(ISession session, string table, string path, IReadOnlyList<DescribedColumn> columns, Pseudonyms pseudonyms, CancellationToken cancellation)
    {
        var known = pseudonyms.OfTable(table);
        var parts = columns.Select(c => known.GetValueOrDefault(c.Name)).ToList();
        var shown = SqlName.List(columns.Select((c, i) => parts[i] == PersonalPart.Emptied ? $"CAST(NULL AS {c.Type}) AS {SqlName.Quote(c.Name)}" : SqlName.Quote(c.Name)));
        if (!parts.Contains(PersonalPart.Pseudonym))
        {
            session.Execute(sql.Fill("write", ("columns", shown), ("table", table), ("path", SqlName.Literal(path))), cancellation: cancellation);
            return [.. columns];
        }

        List<DescribedColumn> written = [.. columns.Select((c, i) => parts[i] == PersonalPart.Pseudonym ? c with { Type = "VARCHAR" } : c)];
        ParquetRows.Write(path, "", (begin, row) =>
        {
            begin([.. written.Select(c => (c.Name, c.Type))]);
            session.Stream(sql.Fill("rows", ("columns", shown), ("table", table)), null,
                record => row([.. parts.Select((p, i) => record.IsDBNull(i) ? null : pseudonyms.Value(p, record.GetValue(i)))]), cancellation);
        }, cancellation);
        return written;
    }

    private void WriteManifest(string path, string folder, DataAsOf asOf, IReadOnlyList<MartTable> tables)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("project", project.Settings.Name);
        json.WriteNumber("run", asOf.Run!.Value);
        json.WriteString("publishedAt", asOf.Published?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteString("dataAsOf", asOf.Newest?.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        json.WriteString("timeZone", project.Settings.TimeZone);
        json.WriteString("currency", project.Settings.Currency);
        json.WriteString("declared", Declared);
        json.WriteString("personal", pseudonyms is null ? "plain" : "pseudonyms");
        json.WriteString("folder", folder);
        json.WriteStartArray("tables");
        foreach (var table in tables)
        {
            json.WriteStartObject();
            json.WriteString("name", table.Name);
            json.WriteString("kind", table.Kind);
            json.WriteString("file", table.File);
            json.WriteNumber("rows", table.Rows);
            json.WriteNumber("bytes", table.Bytes);
            json.WriteString("sha256", table.Sha256);
            json.WriteString("grain", table.Grain);
            json.WriteStartArray("columns");
            foreach (var column in table.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("type", column.Type);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private string Declared => (settings.Tables.Count == 0 ? "all" : string.Join(", ", settings.Tables.Select(t => t.Text))) + (pseudonyms is null ? "" : Hidden);

    /// <summary>What the manifest of a folder was declared as; null when there is none that can be read.</summary>
    private static string? Written(string folder)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, Manifest)));
            return json.RootElement.GetProperty("declared").GetString();
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Shows a whole folder to readers: by the manifest, and by a link for programs that want one path for ever.</summary>
    private void Publish(string folder)
    {
        var unfinished = Path.Combine(root, $".{Manifest}");
        File.Copy(Path.Combine(folder, Manifest), unfinished, overwrite: true);
        File.Move(unfinished, Path.Combine(root, Manifest), overwrite: true);
        var (current, name) = (Path.Combine(root, Current), Path.GetFileName(folder));
        if (new DirectoryInfo(current).LinkTarget == name)
        {
            return;
        }

        try
        {
            var link = Path.Combine(root, $".{Current}");
            Remove(link);
            Directory.CreateSymbolicLink(link, name);
            Remove(current);
            Directory.Move(link, current);
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            // Links take a right there that not everybody has; the manifest names the folder all the same.
        }
    }

    /// <summary>Leaves the newest folder and the one before, which somebody may still be reading; unless that one shows what the newest hides.</summary>
    private void Tidy(string newest)
    {
        var before = Directory.EnumerateDirectories(root, "run-*").Where(d => d != newest).OrderDescending(StringComparer.Ordinal).ToList();
        foreach (var old in before.Where((d, i) => i > 0 || (pseudonyms is not null && Written(d)?.EndsWith(Hidden, StringComparison.Ordinal) != true)))
        {
            Remove(old);
        }
    }

    private static void Remove(string folder)
    {
        var info = new DirectoryInfo(folder);
        if (info.LinkTarget is not null)
        {
            info.Delete();
        }
        else if (info.Exists)
        {
            info.Delete(recursive: true);
        }
    }

    private sealed record TableSize(string Name, long Rows);

    private sealed record MartTable(string Name, string Kind, string File, long Rows, long Bytes, string Sha256, string? Grain, IReadOnlyList<DescribedColumn> Columns);
}
