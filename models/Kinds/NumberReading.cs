using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Kinds;

/// <summary>How texts of a file are read as numbers, however they are written: <c>1,234.50</c>, <c>1.234,50 €</c>, <c>1 234,5</c>, <c>(12.00)</c>, <c>£-3</c>.</summary>
internal static class NumberReading
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(NumberReading));

    /// <summary>The number of a text, as an expression; NULL for what is none.</summary>
    /// <param name="text">An expression of the text, without blanks around it.</param>
    public static string Of(string text) => Sql.Fill("number", ("text", text)).Trim();

    /// <summary>What of a column can be read.</summary>
    public static NumbersFound Find(ISession session, string table, string column, CancellationToken cancellation)
        => session.Query<NumbersFound>(Sql.Fill("found", ("column", SqlName.Quote(column)), ("number", KindInput.NumberOf(column)), ("table", table)), null, cancellation)[0];
}

/// <summary>How many texts of a column are numbers.</summary>
/// <param name="Known">Rows with a text.</param>
/// <param name="Numbers">Those whose text is a number.</param>
/// <param name="Odd">A text that is none.</param>
internal sealed record NumbersFound(long Known, long Numbers, string? Odd)
{
    /// <summary>Rows whose text is no number.</summary>
    public long Unread => Known - Numbers;
}
