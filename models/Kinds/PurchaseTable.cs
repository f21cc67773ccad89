using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Kinds;

/// <summary>
/// A file of purchases: who, when, for how much. The frame that kinds share which read one: its options, its columns as expressions, and what is told when there is
/// nothing in it.
/// </summary>
/// <param name="Dates">How dates are read.</param>
/// <param name="Columns">What stands for <c>{customer}</c>, <c>{moment}</c>, <c>{amount}</c> (NULL without one) and <c>{table}</c> in the SQL of a kind.</param>
internal sealed record PurchaseTable(DateReading Dates, IReadOnlyList<(string Name, string Value)> Columns)
{
    private static readonly SqlFile Sql = SqlFile.Beside<PurchaseTable>();

    /// <summary>Who bought.</summary>
    public static KindOption Customer { get; } = new("customer", "COLUMN", "Who bought, by name or place of the column") { Required = true };

    /// <summary>When.</summary>
    public static KindOption Date { get; } = new("date", "COLUMN", "When") { Required = true };

    /// <summary>For how much.</summary>
    public static KindOption Amount { get; } = new("amount", "COLUMN", "For how much; negative amounts are refunds, and no purchases");

    /// <summary>How dates are written.</summary>
    public static KindOption Format { get; } = new("format", "FORMAT", "Format of the dates, as yyyyMMdd; by default found out");

    /// <summary>The day that results are of.</summary>
    public static KindOption AsOf { get; } = new("as-of", "DAY", "Day of the results; what comes later does not count (default: the newest)");

    /// <summary>Finds the columns that the options name.</summary>
    /// <exception cref="CrmException">A column is not there, or no format reads the dates.</exception>
    public static PurchaseTable Of(KindInput input)
    {
        var dates = DateReading.Find(input, input.Column(Date.Name)!);
        return new(dates,
        [
            ("customer", SqlName.Quote(input.Column(Customer.Name)!)), ("moment", dates.Expression),
            ("amount", input.Column(Amount.Name) is { } amount ? input.NumbersOf(amount) : Sql.Fill("none").Trim()), ("table", input.Table),
        ]);
    }

    /// <summary>The error when no row is a purchase.</summary>
    public static CrmException Empty(KindInput input)
        => input.Unfit("no row has a customer and a date", "purchases", "Check the columns and the format of dates");

    /// <summary>A column that may be left out, as an expression; NULL then.</summary>
    public static string Optional(string? column) => column is null ? Sql.Fill("none").Trim() : SqlName.Quote(column);

    /// <summary>Fills a part of a kind's SQL with the columns, and with what else stands in it.</summary>
    public string Fill(SqlFile sql, string part, params IEnumerable<(string, string)> more) => sql.Fill(part, [.. Columns, .. more]);
}
