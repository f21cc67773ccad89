using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Staging;

/// <summary>Profiles the raw columns of a stream in a pass over its records, and one that counts what is frequent; the only place where types are inferred from data.</summary>
public static class StreamProfile
{
    /// <summary>Records that are looked at text by text; of more, evenly spread ones.</summary>
    private const long LookedAt = 100_000;

    /// <summary>Share of values that must fit for a column to be of a type; the rest is dirt that the quarantine will hold.</summary>
    private const double Enough = 0.95;

    private static readonly SqlFile Sql = SqlFile.Beside(typeof(StreamProfile));

    /// <summary>Profiles a sample.</summary>
    /// <param name="session">A session of the scratch instance.</param>
    /// <param name="sample">The records.</param>
    /// <param name="cancellation">Stops it.</param>
    public static IReadOnlyList<ColumnProfile> Of(ISession session, SourceSample sample, CancellationToken cancellation = default)
    {
        if (sample.Columns.Count == 0)
        {
            return [];
        }

        var step = Math.Max(1, sample.Records / LookedAt).ToString(CultureInfo.InvariantCulture);
        var columns = sample.Columns.Select(c => Column(c.Name, c.Type));
        var rows = session.Query<Counted>(
            Sql.Fill("profile", ("columns", SqlName.List(columns)), ("relation", sample.Relation), ("step", step)), null, cancellation);
        var counts = session.Query<List<long>>(Sql.Fill(
            "tops", ("relation", sample.Relation), ("columns", SqlName.List(rows.Select(r => Sql.Fill("top", ("counts", SqlName.List(r.Top?.Select(t => Sql.Fill(
                "equals", ("text", $"CAST({SqlName.Quote(r.Name)} AS VARCHAR)"), ("value", SqlName.Literal(t))).Trim()) ?? []))).Trim())))), null, cancellation);
        return [.. rows.Select((r, i) => Infer(r, [.. (r.Top ?? []).Select((t, j) => new FrequentValue(t, counts[i][j])).OrderByDescending(t => t.Records)]))];
    }

    private static string Column(string name, string type)
    {
        var value = SqlName.Quote(name);
        var text = $"CAST({value} AS VARCHAR)";
        return Sql.Fill(
            "column", ("name", SqlName.Literal(name)), ("type", SqlName.Literal(type)), ("value", value), ("text", text), ("pattern", Sql.Fill("pattern", ("text", text)).Trim()),
            ("counts", SqlName.List(ContentTests.All.Select(t => Sql.Fill("matched", ("condition", t.Condition.Replace("{0}", text, StringComparison.Ordinal))).Trim())))).Trim();
    }

    private static ColumnProfile Infer(Counted c, IReadOnlyList<FrequentValue> top)
    {
        var shares = ContentTests.All.Select((t, i) => (t.What, Share: c.Looked == 0 ? 0 : (double)c.Matches[i] / c.Looked)).ToDictionary(t => t.What, t => t.Share, StringComparer.Ordinal);
        var declared = ByEngine(c.Type);
        var formats = declared is null ? ContentTests.Formats.Where(f => shares[f] >= Enough).OrderByDescending(f => shares[f]).ToList() : [];
        var type = declared ?? ByText(c, shares, formats);
        var isMoment = type.Kind is TypeKind.Date or TypeKind.Timestamp && declared is null && shares[ContentTests.Date] + shares[ContentTests.Moment] < Enough;
        var isNumber = type.Kind is TypeKind.Integer or TypeKind.Decimal or TypeKind.Double;
        return new(
            c.Name, c.Type, c.Records, c.Filled, c.Empty, Math.Min(c.DistinctValues, c.Filled),
            isNumber && c.Least is { } least ? least.ToString("0.####", CultureInfo.InvariantCulture) : c.Smallest,
            isNumber && c.Most is { } most ? most.ToString("0.####", CultureInfo.InvariantCulture) : c.Largest,
            top, c.Patterns ?? [], type, isMoment ? formats[0] : null, isMoment && formats.Count > 1 && shares[formats[1]] == shares[formats[0]] ? formats[1] : null,
            isNumber && declared is null && shares[ContentTests.CommaNumber] > 0, PersonalData.Guess(c.Name, shares), Content(shares));
    }

    private static string? Content(Dictionary<string, double> shares) =>
        new[] { ContentTests.Email, ContentTests.Iban, ContentTests.Currency, ContentTests.Country, ContentTests.Card, ContentTests.Ip }.FirstOrDefault(c => shares[c] >= 0.8);

    private static ColumnType ByText(Counted c, Dictionary<string, double> shares, List<string> formats)
    {
        if (c.Looked == 0)
        {
            return new(TypeKind.Text);
        }

        if (shares[ContentTests.Date] >= Enough)
        {
            return new(TypeKind.Date);
        }

        if (shares[ContentTests.Date] + shares[ContentTests.Moment] >= Enough)
        {
            return new(TypeKind.Timestamp);
        }

        if (formats.Count > 0 && (formats[0] != "%Y%m%d" || Names.Mentions(c.Name, "date", "datum", "day", "fecha")))
        {
            return new(formats[0].Contains("%H", StringComparison.Ordinal) ? TypeKind.Timestamp : TypeKind.Date);
        }

        // Numbers that begin with a zero are codes: as numbers they would lose it.
        if (shares[ContentTests.Integer] >= Enough && shares[ContentTests.LeadingZero] == 0)
        {
            return new(TypeKind.Integer);
        }

        if (shares[ContentTests.Number] + shares[ContentTests.CommaNumber] >= Enough && shares[ContentTests.LeadingZero] == 0)
        {
            return c.Scale > 6 ? new(TypeKind.Double) : new(TypeKind.Decimal, 18, (int)Math.Max(c.Scale, 4));
        }

        return new(shares[ContentTests.Boolean] >= Enough ? TypeKind.Boolean : TypeKind.Text);
    }

    /// <summary>The type that the engine has already given the column; null for text, whose type has to be found.</summary>
    private static ColumnType? ByEngine(string type) => type.Split('(')[0] switch
    {
        "VARCHAR" => null,
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" => new(TypeKind.Integer),
        "DECIMAL" => ColumnType.TryParse(type.ToLowerInvariant(), out var parsed) ? parsed : new(TypeKind.Double),
        "DOUBLE" or "FLOAT" or "HUGEINT" or "UBIGINT" or "UHUGEINT" => new(TypeKind.Double),
        "BOOLEAN" => new(TypeKind.Boolean),
        "DATE" => new(TypeKind.Date),
        var other => new(other.StartsWith("TIMESTAMP", StringComparison.Ordinal) ? TypeKind.Timestamp : TypeKind.Text),
    };

    private sealed record Counted(
        string Name, string Type, long Records, long Filled, long Empty, long DistinctValues, string? Smallest, string? Largest, double? Least, double? Most,
        long? Shortest, long? Longest, List<string>? Top, List<string>? Patterns, long Looked, long Scale, List<long> Matches);
}
