using System.Text.RegularExpressions;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>What the values of a sample's column tell: its type, and whether it may identify records.</summary>
/// <param name="Column">The column.</param>
/// <param name="IsFilled">Whether every record has a value.</param>
/// <param name="IsUnique">Whether all of them differ, and there are several.</param>
internal sealed partial record ColumnFinding(FoundColumn Column, bool IsFilled, bool IsUnique)
{
    private const int MostPairedColumns = 6;
    private const int MoneyDigits = 18;

    /// <summary>Patterns that are tried, day first before month first.</summary>
    private static readonly (string Pattern, TypeKind Kind)[] formats =
    [
        ("%d.%m.%Y", TypeKind.Date), ("%d/%m/%Y", TypeKind.Date), ("%m/%d/%Y", TypeKind.Date), ("%Y/%m/%d", TypeKind.Date), ("%d-%m-%Y", TypeKind.Date), ("%d-%b-%Y", TypeKind.Date),
        ("%Y%m%d", TypeKind.Date),
        ("%d.%m.%Y %H:%M:%S", TypeKind.Timestamp), ("%d.%m.%Y %H:%M", TypeKind.Timestamp), ("%d/%m/%Y %H:%M:%S", TypeKind.Timestamp), ("%d/%m/%Y %H:%M", TypeKind.Timestamp),
        ("%m/%d/%Y %H:%M:%S", TypeKind.Timestamp), ("%m/%d/%Y %H:%M", TypeKind.Timestamp), ("%Y/%m/%d %H:%M:%S", TypeKind.Timestamp), ("%Y/%m/%d %H:%M", TypeKind.Timestamp),
        ("%d-%m-%Y %H:%M:%S", TypeKind.Timestamp), ("%d-%m-%Y %H:%M", TypeKind.Timestamp),
    ];

    private static readonly SqlFile sql = SqlFile.Beside<FileFamilies>();

    /// <summary>Looks at a column.</summary>
    public static ColumnFinding Of(ISession scratch, string rows, LandedColumn column)
    {
        var tried = formats.Select(f => sql.Fill("format", ("format", SqlName.Literal(f.Pattern))));
        var found = scratch.Query<Found>(sql.Fill(
            "column", ("column", SqlName.Quote(column.Name)), ("rows", rows), ("formats", SqlName.List(tried)))).Single();
        var typed = column.Type == "VARCHAR" ? TypeOf(column.Name, found) : new(column.Name, Declared(column.Type), null, null);
        return new(typed, found.Records > 0 && found.Filled == found.Records, found.Records > 1 && found.Different == found.Records);
    }

    /// <summary>Columns that identify a record of the sample: one whose name says so, else two of them together; none when no name does.</summary>
    public static IReadOnlyList<string> Key(ISession scratch, string rows, string stream, IReadOnlyList<ColumnFinding> columns)
    {
        var named = columns.Where(c => c.IsFilled && Rank(c.Column.Name, stream) < int.MaxValue).OrderBy(c => Rank(c.Column.Name, stream)).ToList();
        if (named.Find(c => c.IsUnique) is { } one)
        {
            return [one.Column.Name];
        }

        var some = named.Take(MostPairedColumns).ToList();
        foreach (var (first, second) in some.SelectMany((a, i) => some.Skip(i + 1).Select(b => (a.Column.Name, b.Column.Name))))
        {
            if (scratch.Scalar<bool>(sql.Fill("pair", ("first", SqlName.Quote(first)), ("second", SqlName.Quote(second)), ("rows", rows))))
            {
                return [first, second];
            }
        }

        return [];
    }

    private static int Rank(string column, string stream)
    {
        var name = column.ToLowerInvariant();
        return name is "id" or "uuid" or "guid" || name == $"{stream}_id" || name == $"{stream.TrimEnd('s')}_id" || name == $"{stream.TrimEnd('s')}id" ? 0
            : Identifying().IsMatch(name) ? 1 : int.MaxValue;
    }

    private static FoundColumn TypeOf(string name, Found found)
    {
        FoundColumn As(TypeKind kind, string? format = null, string? doubt = null) => new(name, new(kind), format, doubt);
        if (found.Filled == 0)
        {
            return As(TypeKind.Text, null, "the sample has no value");
        }

        var fits = formats.Index().Where(f => found.Fits[f.Index] && (f.Item.Pattern != "%Y%m%d" || (found.Digits == 8 && Dated().IsMatch(name)))).Select(f => f.Item).ToList();
        return found.IsBoolean ? As(TypeKind.Boolean)
            : found.IsDate ? As(TypeKind.Date)
            : found.IsMoment ? As(TypeKind.Timestamp)
            : fits.Count > 0 ? As(fits[0].Kind, fits[0].Pattern, fits.Count > 1 ? $"it may be {string.Join(" or ", fits.Select(f => f.Pattern))}: no day above 12 is in the sample" : null)
            : found.IsInteger ? As(TypeKind.Integer)
            : found.IsDecimal && found.Digits + found.Scale <= ColumnType.MaxPrecision
                ? new(name, new(TypeKind.Decimal, Math.Max(MoneyDigits, found.Digits + found.Scale), found.Scale), null, null)
                : As(TypeKind.Text);
    }

    /// <summary>The type of a column that the files type themselves.</summary>
    private static ColumnType Declared(string type) => ColumnType.TryParse(type.ToLowerInvariant().Replace(" ", "", StringComparison.Ordinal), out var same) ? same : type switch
    {
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" => new(TypeKind.Integer),
        "FLOAT" or "DOUBLE" => new(TypeKind.Double),
        _ when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => new(TypeKind.Timestamp),
        _ => new(TypeKind.Text),
    };

    [GeneratedRegex("(^|_| )(id|no|nr|num|number|code|key|sku|line|position|item|email)$|[a-z](id|no)$", RegexOptions.CultureInvariant)]
    private static partial Regex Identifying();

    [GeneratedRegex("date|day|(_| )(on|at)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Dated();

    private sealed record Found(
        long Records, long Filled, long Different, bool IsInteger, bool IsDecimal, int Scale, int Digits, bool IsBoolean, bool IsDate, bool IsMoment, List<bool> Fits);
}
