using System.Globalization;
using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Privacy;

/// <summary>A landed record of somebody on the suppression list.</summary>
/// <param name="File">Path of its file.</param>
/// <param name="Record">Its number there.</param>
/// <param name="IsGone">True when it goes as a whole, false when it stays without the person.</param>
public sealed record LandedPerson(string File, long Record, bool IsGone);

/// <summary>Finds the landed records of those on the suppression list, and takes them out of the landing.</summary>
/// <param name="scratch">A session that may read and write the landing.</param>
/// <param name="landing">The landing.</param>
/// <param name="catalogue">The declarations.</param>
/// <param name="list">The list; its tables are in <paramref name="scratch"/>.</param>
public sealed class LandedPersons(ISession scratch, LandingStore landing, Catalogue catalogue, SuppressionList list)
{
    private static readonly SqlFile Sql = SqlFile.Beside<LandedPersons>();

    /// <summary>
    /// Puts onto the list who is described in a batch under another number but with an e-mail address of the list.
    /// </summary>
    /// <returns>True when there was somebody.</returns>
    public bool Recognise(Source source, SourceStream stream, LandedBatch batch)
    {
        if (Look(source, stream, batch) is not var (shape, persons) || persons.Emails.Count == 0 || persons.Ids.Count == 0 || batch.Files.All(f => f.Records == 0))
        {
            return false;
        }

        const string email = "'e-mail:' || lower(trim(email))";
        var found = scratch.Query<string>(Sql.Fill(
            "recognise", ("ids", Texts(persons.Ids)), ("emails", Texts(persons.Emails)), ("records", Records(shape, batch)), ("is_listed", SuppressionList.Matches(email))));
        var before = list.Hashes.Count;
        list.Add(found.Select(id => list.OfRecord($"{source.Name}:{id}")));
        if (list.Hashes.Count == before)
        {
            return false;
        }

        list.Fill(scratch);
        return true;
    }

    /// <summary>Finds the records of those on the list; they stand in the temporary table <c>erased_row</c> too.</summary>
    public IReadOnlyList<LandedPerson> Find(Source source, SourceStream stream, LandedBatch batch)
    {
        scratch.Execute(Sql.Fill("none"));
        if (batch.Files.All(f => f.Records == 0) || Look(source, stream, batch) is not var (shape, persons))
        {
            return [];
        }

        var key = $"{SqlName.Literal($"{source.Name}:")} || id";
        scratch.Execute(Sql.Fill("find", ("ids", Texts(persons.Ids)), ("records", Records(shape, batch)), ("is_listed", SuppressionList.Matches(key))));
        var paths = batch.Files.ToDictionary(f => f.Number, f => f.Path);
        return [.. scratch.Query<(int File, long Record)>(Sql.Fill("found")).Select(r => new LandedPerson(paths[r.File], r.Record, persons.DescribesPersons))];
    }

    /// <summary>What <see cref="Find"/> found, as it landed: JSON, with the file and the number of each record.</summary>
    public IReadOnlyList<string> Tell(LandedBatch batch) => scratch.Query<string>(Sql.Fill("tell", ("raw", LandedRelation.Sql(batch))));

    /// <summary>Writes a batch anew without what <see cref="Find"/> found.</summary>
    /// <param name="source">The source.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="found">What was found.</param>
    public LandedBatch Remove(Source source, SourceStream stream, LandedBatch batch, IReadOnlyList<LandedPerson> found)
    {
        var isGone = found.Count > 0 && found[0].IsGone;
        var kept = Look(source, stream, batch)?.Persons.Kept ?? new HashSet<string>();
        var emptied = isGone ? [] : batch.Columns.Where(c => !kept.Contains(c.Name)).Select(c => Sql.Fill("emptied", ("column", SqlName.Quote(c.Name))).TrimEnd());
        var gone = found.Where(f => f.IsGone).GroupBy(f => f.File, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.LongCount(), StringComparer.Ordinal);
        return Rewrite(source.Name, stream.Name, batch with
        {
            Files = [.. batch.Files.Select(f => f with { Records = f.Records - gone.GetValueOrDefault(f.Path) })],
        }, emptied, isGone ? Sql.Fill("gone") : "");
    }

    /// <summary>Takes values out of every text of a batch, and out of what is told of records that could not be read.</summary>
    /// <returns>The cells that held one; nothing is written when there are none.</returns>
    public long Sweep(string source, string stream, LandedBatch batch, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return 0;
        }

        var texts = batch.Columns.Where(c => c.Type == "VARCHAR").Select(c => SqlName.Quote(c.Name)).ToList();
        var cells = texts.Count == 0 ? 0 : scratch.Scalar<long>(Sql.Fill(
            "count", ("cells", string.Join(" + ", texts.Select(t => $"count(*) FILTER ({Contains(t, values)})"))), ("parquet", EnginePath.Literal(batch.ParquetPath) + batch.ReadOption)));
        bool Holds(RejectedRecord r) => values.Any(v => r.RawText.Contains(v, StringComparison.OrdinalIgnoreCase) || r.Reason.Contains(v, StringComparison.OrdinalIgnoreCase));
        var rejects = batch.Rejects.LongCount(Holds);
        if (cells + rejects > 0)
        {
            scratch.Execute(Sql.Fill("none"));
            var cleaned = batch with { Rejects = [.. batch.Rejects.Select(r => Holds(r) ? r with { RawText = "", Reason = "erased" } : r)] };
            Rewrite(source, stream, cleaned, texts.Select(t => Sql.Fill("cleaned", ("column", t), ("holds", Contains($"p.{t}", values))).TrimEnd()), "");
        }

        return cells + rejects;
    }

    /// <summary>Condition that a text holds one of some values.</summary>
    public static string Contains(string text, IReadOnlyList<string> values) =>
        $"({string.Join(" OR ", values.Select(v => $"contains(lower({text}), {SqlName.Literal(v.ToLowerInvariant())})"))})";

    private LandedBatch Rewrite(string source, string stream, LandedBatch batch, IEnumerable<string> replaced, string gone)
    {
        var old = batch.ParquetPath;
        var files = SqlName.List(batch.Files.Select(f => string.Create(CultureInfo.InvariantCulture, $"({f.Number}, {f.FirstRow}::BIGINT)")));
        return landing.Write(source, stream, batch.Id, (target, _) =>
        {
            scratch.Execute(Sql.Fill(
                "rewrite", ("parquet", EnginePath.Literal(old) + batch.ReadOption), ("sealed", EnginePath.Sealed(scratch)), ("files", files), ("replaced", string.Concat(replaced)), ("gone", gone), ("target", SqlName.Literal(target))));
            return batch with { ParquetPath = target };
        });
    }

    private (StreamShape Shape, PersonColumns Persons)? Look(Source source, SourceStream stream, LandedBatch batch)
    {
        var shape = new StreamShape(source, stream, [.. batch.Columns.Select(c => new DescribedColumn(c.Name, c.Type))]);
        if (PersonColumns.Of(shape, catalogue) is not { } persons)
        {
            return null;
        }

        // Maps of joined streams speak of columns that this stream may not have.
        bool IsKnown(string sql)
        {
            try
            {
                scratch.Describe(Sql.Fill("try", ("sql", sql), ("records", Records(shape, batch))));
                return true;
            }
            catch (EngineException)
            {
                return false;
            }
        }

        persons = persons with { Ids = [.. persons.Ids.Where(IsKnown)], Emails = [.. persons.Emails.Where(IsKnown)] };
        return persons.Ids.Count == 0 ? null : (shape, persons);
    }

    private static string Records(StreamShape shape, LandedBatch batch) =>
        Sql.Fill("records", ("typed", shape.TypedColumns()), ("raw", LandedRelation.Sql(batch)), ("stream", SqlName.Quote(shape.Stream.Name)));

    private static string Texts(IReadOnlyList<string> expressions) => SqlName.List(expressions.Select(e => $"TRY(CAST(({e}\n) AS VARCHAR))"));
}
