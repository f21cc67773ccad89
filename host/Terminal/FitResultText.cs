using System.Globalization;
using Crm.Analytics.Models.Kinds;

namespace Crm.Analytics.Host.Terminal;

/// <summary>Writes a fit for people.</summary>
internal static class FitResultText
{
    /// <summary>Writes it as JSON when that was asked for, else for people.</summary>
    public static void WriteEither(CommandContext context, FitResult result)
    {
        if (context.Json)
        {
            context.WriteJson(json => FitResultJson.Write(json, result));
        }
        else
        {
            Write(context, result);
        }
    }

    private static void Write(CommandContext context, FitResult result)
    {
        context.WriteLine(result.Title);
        foreach (var (name, value) in result.Conventions)
        {
            context.WriteLine($"  {name}: {value}");
        }

        if (result.Parameters.Count > 0)
        {
            context.WriteLine();
            var table = new TextTable(new("Parameter"), new("Estimate", true), new("Std. error", true), new("95 % from", true), new("to", true), new("Meaning"));
            foreach (var p in result.Parameters)
            {
                table.Add(p.Name, Text(p.Value), Text(p.StandardError), Text(p.Low), Text(p.High), p.Meaning ?? "");
            }

            table.WriteTo(context);
        }

        if (result.Likelihood is { } fit)
        {
            context.WriteLine();
            context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Log-likelihood {fit.LogLikelihood:0.0000}, AIC {fit.Aic:0.00}, BIC {fit.Bic:0.00}"));
        }

        Figures(context, "Counts", result.Counts);
        Figures(context, "Holdout", result.Holdout);
        Figures(context, "Figures", result.Figures);
        foreach (var table in result.Tables)
        {
            Table(context, table);
        }

        if (result.Warnings.Count > 0)
        {
            context.WriteLine();
            foreach (var warning in result.Warnings)
            {
                context.WriteLine($"! {warning}");
            }
        }
    }

    private static void Figures(CommandContext context, string title, IReadOnlyList<Figure> figures)
    {
        if (figures.Count == 0)
        {
            return;
        }

        context.WriteLine();
        var table = new TextTable(new(title), new("Value", true), new("Meaning"));
        foreach (var figure in figures)
        {
            table.Add(figure.Name, Text(figure.Value), figure.Meaning);
        }

        table.WriteTo(context);
    }

    private static void Table(CommandContext context, FitTable table)
    {
        context.WriteLine();
        context.WriteLine(table.Title);
        var isNumber = table.Columns.Select((_, i) => table.Rows.Any(r => r[i] is not null) && table.Rows.All(r => r[i] is null or double or int or long or decimal)).ToList();
        var text = new TextTable([.. table.Columns.Select((c, i) => new TextTable.Column(c, isNumber[i]))]);
        foreach (var row in table.Rows.Take(table.Shown))
        {
            text.Add([.. row.Select(Text)]);
        }

        text.WriteTo(context);
        if (table.Rows.Count > table.Shown)
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"… and {table.Rows.Count - table.Shown:N0} more (all of them with --json)"));
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        double number when !double.IsFinite(number) => "",
        double number when number == Math.Floor(number) && Math.Abs(number) < 1e15 => number.ToString("N0", CultureInfo.InvariantCulture),
        double number when Math.Abs(number) is >= 1e-4 and < 1e9 => number.ToString(Math.Abs(number) >= 1000 ? "N2" : "0.######", CultureInfo.InvariantCulture),
        double number => number.ToString("0.####E+0", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        int or long => string.Create(CultureInfo.InvariantCulture, $"{value:N0}"),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
