using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Kinds;

/// <summary>How texts of a file are read as numbers, however they are written: <c>1,234.50</c>, <c>1.234,50 €</c>, <c>1 234,5</c>, <c>(12.00)</c>, <c>£-3</c>.</summary>
internal static class NumberReading
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(NumberReading));

    /// <summary>The number of a text, as an expression; NULL for what is none.</summary>
    /// <param name="text">An expression of the text, without blanks around it.</param>
    public static string Of(string text) => Sql.Fill("number", ("text", text)).Trim();
}
