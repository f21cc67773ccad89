using System.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Kinds;

/// <summary>How a column's texts are read as moments.</summary>
/// <param name="Expression">The moment, as an expression over the table: a TIMESTAMP, NULL for what cannot be read.</param>
/// <param name="Said">The format, for people.</param>
public sealed record DateReading(string Expression, string Said)
{
    private static readonly SqlFile Sql = SqlFile.Beside<DateReading>();

    // Day before month stands beside month before day, so that a file that both can read is told apart from one that only one can.
    private static readonly string[] known =
    [
        "", "%Y%m%d", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M",
        "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d-%m-%Y", "%m-%d-%Y", "%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d-%b-%y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y",
        "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y, %H:%M", "%Y.%m.%d", "%Y%m%d%H%M%S", "%d %B %Y", "%B %d, %Y",
        "%Y-%m", "%Y/%m", "%Y%m", "%m/%Y", "%Y",
    ];

    /// <summary>Finds how the column is read: by the format that <paramref name="formatOption"/> gives, or by the one format that reads every value.</summary>
    /// <param name="input">The data.</param>
    /// <param name="column">The column.</param>
    /// <param name="formatOption">The option with the format (<c>yyyyMMdd</c> or <c>%Y%m%d</c>).</param>
    /// <exception cref="CrmException">No format reads the values, or two do and mean different days.</exception>
    public static DateReading Find(KindInput input, string column, string formatOption = "format")
    {
        if (input.Text(formatOption) is { } given)
        {
            var format = Translate(given);
            var only = Count(input, column, [format]);
            return only.Read[0] > 0 || only.Given == 0
                ? new(ExpressionOf(column, format), given)
                : throw input.Wrong(formatOption, given, $"the format of the values of {column}, as yyyy-MM-dd or dd/MM/yyyy HH:mm");
        }

        var counted = Count(input, column, known);
        if (counted.Given == 0)
        {
            throw input.Unfit($"no row has a date in {column}", "rows with dates", "Name another column");
        }

        var best = counted.Read.Max();
        var fits = known.Where((_, i) => counted.Read[i] == best).ToList();
        if (best == 0 || best < counted.Given * 0.5)
        {
            throw input.Unfit($"no known format reads the dates in {column}", "dates such as 2011-12-31, 20111231 or 31/12/2011", $"Give the format, as --{formatOption} yyyyMMdd, or name another column");
        }

        if (fits.Exists(f => f.StartsWith("%d", StringComparison.Ordinal)) && fits.Exists(f => f.StartsWith("%m", StringComparison.Ordinal)))
        {
            throw input.Unfit($"the dates in {column} can be read as day before month and as month before day", "one way to read them", $"Give the format, as --{formatOption} dd/MM/yyyy");
        }

        return new(ExpressionOf(column, fits[0]), fits[0].Length == 0 ? "yyyy-MM-dd (ISO 8601)" : fits[0]);
    }

    /// <summary>Turns <c>yyyy-MM-dd HH:mm</c> into <c>%Y-%m-%d %H:%M</c>; a text with % is left as it is.</summary>
    internal static string Translate(string format)
    {
        if (format.Contains('%', StringComparison.Ordinal))
        {
            return format;
        }

        (string Ours, string Engine)[] parts =
        [
            ("yyyy", "%Y"), ("yy", "%y"), ("MMMM", "%B"), ("MMM", "%b"), ("MM", "%m"), ("M", "%-m"), ("dd", "%d"), ("d", "%-d"), ("HH", "%H"), ("H", "%-H"), ("hh", "%I"), ("h", "%-I"),
            ("mm", "%M"), ("ss", "%S"), ("tt", "%p"), ("YYYY", "%Y"), ("DD", "%d"),
        ];
        var text = new StringBuilder();
        for (var at = 0; at < format.Length;)
        {
            var part = Array.Find(parts, p => string.CompareOrdinal(format, at, p.Ours, 0, p.Ours.Length) == 0);
            text.Append(part.Engine ?? format[at].ToString());
            at += part.Ours?.Length ?? 1;
        }

        return text.ToString();
    }

    private static string ExpressionOf(string column, string format) => format.Length == 0
        ? Sql.Fill("cast", ("column", SqlName.Quote(column))).Trim()
        : Sql.Fill(format.Contains("%Y", StringComparison.Ordinal) ? "long_year" : "format", ("column", SqlName.Quote(column)), ("format", SqlName.Literal(format))).Trim();

    private static Counted Count(KindInput input, string column, IReadOnlyList<string> formats)
    {
        var counts = input.Session.Query<long>(Sql.Fill(
            "counts", ("column", SqlName.Quote(column)), ("table", input.Table),
            ("counts", SqlName.List(formats.Select(f => Sql.Fill("count", ("expression", ExpressionOf(column, f))).Trim())))), null, input.Cancellation);
        return new(counts[0], [.. counts.Skip(1)]);
    }

    private sealed record Counted(long Given, IReadOnlyList<long> Read);
}
