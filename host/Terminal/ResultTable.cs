using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Terminal;

/// <summary>An answer as a table for people: titles, numbers in the project's locale, totals marked, and what data it stands on.</summary>
internal static class ResultTable
{
    /// <summary>Writes the table, and on standard error how many rows there are and what data they stand on.</summary>
    public static void Write(CubeResult result, ProjectSettings settings, CommandContext context)
    {
        WriteRows(result, settings, context);
        context.Out.Flush();
        var culture = CultureOf(settings);
        var rows = result.Rows.Count(r => r.TotalLevel == 0);
        context.Error.WriteLine(string.Create(culture, $"{rows:N0} {(rows == 1 ? "row" : "rows")}{(result.HasMore ? " (there are more: raise --limit)" : "")}; ") +
            (result.AsOf.Run is { } run ? $"data up to {result.AsOf.Newest?.ToString("g", culture)} (run {run})" : "nothing is loaded yet"));
    }

    /// <summary>Writes the table.</summary>
    public static void WriteRows(CubeResult result, ProjectSettings settings, CommandContext context)
    {
        var culture = CultureOf(settings);
        var table = new TextTable([.. result.Columns.Select(c => new TextTable.Column(Title(c, settings), IsNumber(c)))]);
        var dimensions = result.Columns.Count(c => !c.IsMeasure);
        foreach (var row in result.Rows)
        {
            table.Add([.. row.Values.Select((v, i) => row.TotalLevel > 0 && i == dimensions - row.TotalLevel ? "Total"
                : row.TotalLevel > 0 && i < dimensions && i > dimensions - row.TotalLevel ? "" : Text(v, result.Columns[i], culture))]);
        }

        table.WriteTo(context);
    }

    /// <summary>A value as people of the locale read it.</summary>
    public static string Text(object? value, ResultColumn column, CultureInfo culture) => value switch
    {
        null => "–",
        bool yes => yes ? "yes" : "no",
        DateOnly day => column.Format switch
        {
            "month" => day.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            "quarter" => string.Create(CultureInfo.InvariantCulture, $"{day.Year}-Q{(day.Month + 2) / 3}"),
            "year" => day.ToString("yyyy", CultureInfo.InvariantCulture),
            _ => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        },
        DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        long whole => column.IsMeasure ? whole.ToString("N0", culture) : whole.ToString(CultureInfo.InvariantCulture),
        decimal or double when column.Format == "percent" => ((IFormattable)value).ToString("P1", culture),
        decimal or double when column.Format == "currency" => ((IFormattable)value).ToString("N2", culture),
        decimal exact => exact.ToString("#,0.####", culture),
        double rough => rough.ToString("#,0.####", culture),
        _ => Convert.ToString(value, culture) ?? "",
    };

    /// <summary>The project's culture; the invariant one when this machine does not know it.</summary>
    public static CultureInfo CultureOf(ProjectSettings settings)
    {
        try
        {
            return CultureInfo.GetCultureInfo(settings.Locale);
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }

    private static bool IsNumber(ResultColumn column) =>
        column.IsMeasure || column.Type.Kind is TypeKind.Integer or TypeKind.Decimal or TypeKind.Double;

    private static string Title(ResultColumn column, ProjectSettings settings) =>
        column.Format == "currency" ? $"{column.Title} ({settings.Currency})" : column.Title;
}
