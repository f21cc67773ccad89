using System.Globalization;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Clv;

/// <summary>A customer of a file.</summary>
internal sealed record FileCustomer(string Customer, int Cell, int Repeats, int LastAge, int Age, double? RepeatSpend);

/// <summary>Reads purchases, or their summaries, from a file.</summary>
internal static class FileHistories
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(FileHistories));

    /// <summary>The options of every model of purchases.</summary>
    public static IReadOnlyList<KindOption> Options { get; } =
    [
        new("customer", "COLUMN", "Who bought, by name or place of the column"),
        new("date", "COLUMN", "When"),
        new("amount", "COLUMN", "For how much; negative amounts are refunds, and no purchases"),
        new("format", "FORMAT", "Format of the dates, as yyyyMMdd; by default found out"),
        new("calibration-end", "DAY", "Last day the model may see, as 1997-09-30; what comes after measures its error (default: all is seen, and the error is that of a fit to the first two thirds)"),
        new("unit", "UNIT", "Unit of times and rates: day, week, month, year") { Default = "week" },
        new("horizon", "N", "How many units ahead to predict (default: a year)"),
        new("covariates", "COLUMNS", "Columns, with commas between, that buying and leaving may depend on: a customer's first value counts"),
        new("intervals", "WAY", "Where intervals come from: delta, the curvature of the likelihood, or bootstrap, refits to simulated customers") { Default = "delta" },
        new("top", "N", "How many of the most valuable customers to show") { Default = "20" },
        new("predict", "CUSTOMERS", "Customers to show instead, with commas between"),
        new("frequency", "COLUMN", "Instead of purchases, summaries: repeat purchases of each customer"),
        new("recency", "COLUMN", "Summaries: time from the first purchase to the last, in units"),
        new("age", "COLUMN", "Summaries: time from the first purchase to the end, in units"),
        new("value", "COLUMN", "Summaries: average value of the repeat purchases"),
        new("weights", "COLUMN", "Summaries: how many customers a row stands for"),
    ];

    /// <summary>Reads what the options name.</summary>
    /// <param name="input">The file.</param>
    /// <param name="holdout">Whether to keep the last third back when no end of the calibration is given.</param>
    public static PurchaseData Load(KindInput input, bool holdout = false)
    {
        var unit = TimeUnit.Named(input.Choice("unit", [.. TimeUnit.All.Select(u => u.Name)])!);
        return input.Text("frequency") is not null ? FromSummaries(input, unit) : FromPurchases(input, unit, holdout);
    }

    /// <summary>The customers to show: those asked for, or the first by an order.</summary>
    public static IReadOnlyList<FileCustomer> Customers(KindInput input, string order)
        => input.Text("predict") is { } named
            ? input.Session.Query<FileCustomer>(Sql.Fill("named"), new { customers = named.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList() })
            : input.Session.Query<FileCustomer>(Sql.Fill("top", ("order", order), ("limit", input.Whole("top", 0, 1_000_000)!.Value.ToString(CultureInfo.InvariantCulture))));

    private static PurchaseData FromPurchases(KindInput input, TimeUnit unit, bool holdout)
    {
        var (reading, span, end) = ReadEvents(input, holdout);
        var (first, last) = (span.FirstDay!.Value, span.LastDay!.Value);
        var cells = Cells(input, reading);
        var totals = PurchaseHistories.MakeCustomers(input.Session, end, last, cells.HasAny, input.Cancellation);
        List<GroupedHistory> histories = [.. PurchaseHistories.Groups(input.Session, input.Cancellation).Select(g => Grouped(g, unit, cells.Values[g.Cell]))];
        var rows = input.Session.Scalar<long>(Sql.Fill("count", ("table", input.Table)));
        return new PurchaseData(unit, histories, span.HasAmount ? PurchaseHistories.Spend(input.Session, input.Cancellation) : [])
        {
            Cells = cells,
            Intervals = input.Choice("intervals", "delta", "bootstrap") ?? "delta",
            CalibrationEnd = end,
            HoldoutLength = (last.DayNumber - end.DayNumber) / unit.Days,
            SpendCorrelation = totals.SpendCorrelation,
            HasCustomers = true,
            Conventions =
            [
                new("unit", $"times in {unit.Name}s: days / {unit.Days:0.####}"),
                new("dates", $"{reading.Said}, from {first:yyyy-MM-dd} to {last:yyyy-MM-dd}; the time of day is not used"),
                new("purchases", "several of a customer on one day are one; the first is not counted in x (repeat purchases) and starts the customer's age"),
                new("calibration_end", $"{end:yyyy-MM-dd}, that day included; T runs from the first purchase to it"),
                new("amounts", span.HasAmount ? "negative ones are refunds: no purchases, but taken off the spend; the value of a customer is the mean of the repeat purchases" : "none"),
                .. cells.Notes.Select(n => new KeyValuePair<string, string>("covariate", n)),
            ],
            Counts =
            [
                new("rows", rows, "rows of the file"),
                new("rows_left_out", rows - span.Events, "rows without a customer or a date that can be read"),
                .. input.Column("amount") is { } paid && NumberReading.Find(input.Session, input.Table, paid, input.Cancellation) is { Unread: > 0 and var unread }
                    ? (Figure[])[new("amounts_not_read", unread, "rows whose amount is no number: purchases of no known value")] : [],
                new("refunds", span.Refunds, "rows with a negative amount"),
                new("purchases", span.Purchases, "purchases, those of a customer's day as one"),
                new("customers", totals.Customers, "customers with a purchase up to the end of the calibration"),
                new("repeat_customers", totals.Repeaters, "customers with a repeat purchase"),
                new("repeat_purchases", totals.RepeatPurchases, "repeat purchases up to the end of the calibration"),
                new("distinct_histories", histories.Select(h => h.History with { Customers = 0 }).Distinct().Count(), "different (x, t_x, T)"),
            ],
        };
    }

    /// <summary>Makes <c>clv_event</c> and answers the last day the model may see and the unit.</summary>
    public static (DateOnly End, string Unit) MakeEvents(KindInput input)
        => (ReadEvents(input, holdout: false).End, input.Choice("unit", [.. TimeUnit.All.Select(u => u.Name)])!);

    private static (DateReading Reading, PurchaseSpan Span, DateOnly End) ReadEvents(KindInput input, bool holdout)
    {
        foreach (var needed in (string[])["customer", "date"])
        {
            if (input.Text(needed) is null)
            {
                throw new CrmException(
                    FailureKind.WrongUse, $"no --{needed}", $"crm model fit {input.Kind.Name}",
                    $"--customer and --date (or --frequency, --recency and --age for summaries), of the columns {string.Join(", ", input.Columns)}", "Name the column");
            }
        }

        var (customer, date) = (input.Column("customer")!, input.Column("date")!);
        var reading = DateReading.Find(input, date);
        var amount = input.Column("amount") is { } named ? input.NumbersOf(named) : Sql.Fill("no_amount").Trim();
        input.Session.Execute(
            Sql.Fill("events", ("customer", SqlName.Quote(customer)), ("moment", reading.Expression), ("amount", amount), ("table", input.Table)), null, input.Cancellation);
        var span = PurchaseHistories.MergeDays(input.Session, input.Cancellation);
        if (span.FirstDay is not { } first || span.LastDay is not { } last)
        {
            throw input.Unfit("no row has a customer, a date and a purchase", "purchases", "Check the columns and the format of dates");
        }

        var given = input.Day("calibration-end");
        if (given is { } day && (day < first || day > last))
        {
            throw input.Wrong("calibration-end", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), $"a day from {first:yyyy-MM-dd} to {last:yyyy-MM-dd}, the time of the data");
        }

        var end = given ?? (holdout ? first.AddDays((last.DayNumber - first.DayNumber) * 2 / 3) : last);
        return (reading, span, end);
    }

    private static PurchaseData FromSummaries(KindInput input, TimeUnit unit)
    {
        string Of(string option, string otherwise) => input.Column(option) is { } column ? KindInput.NumberOf(column) : otherwise;
        var rows = input.Session.Query<Summary>(
            Sql.Fill(
                "summary", ("frequency", Of("frequency", "")), ("recency", Of("recency", Required(input, "recency"))), ("age", Of("age", Required(input, "age"))),
                ("value", Of("value", Sql.Fill("no_amount").Trim())), ("weight", Of("weights", Sql.Fill("one").Trim())), ("table", input.Table)),
            null, input.Cancellation);
        if (rows.FirstOrDefault(r => r.Repeats < 0 || r.LastAge < 0 || r.LastAge > r.Age + 1e-9 || (r.Repeats == 0 && r.LastAge > 0)) is { } odd)
        {
            throw input.Unfit(
                $"a customer with frequency {odd.Repeats}, recency {odd.LastAge}, age {odd.Age}", "0 ≤ recency ≤ age, counted from the first purchase, and recency 0 without repeat purchases",
                "Check the columns: recency here is the age at the last purchase, not the time since it");
        }

        var histories = rows.GroupBy(r => (r.Repeats, r.LastAge, r.Age)).Select(g => new GroupedHistory(new(g.Key.Repeats, g.Key.LastAge, g.Key.Age, g.Sum(r => r.Customers)), 0, [])).ToList();
        var spend = rows.Where(r => r.Repeats > 0 && r.Value > 0).Select(r => new SpendHistory(r.Repeats, r.Value!.Value, r.Customers)).ToList();
        return new PurchaseData(unit, histories, spend)
        {
            Intervals = input.Choice("intervals", "delta", "bootstrap") ?? "delta",
            SpendCorrelation = Correlation(spend),
            Conventions =
            [
                new("unit", $"times as the file has them, taken as {unit.Name}s"),
                new("purchases", "frequency is the number of repeat purchases (the first is not counted), recency and age run from the first purchase"),
            ],
            Counts =
            [
                new("customers", histories.Sum(h => h.History.Customers), "customers"),
                new("repeat_customers", histories.Where(h => h.History.RepeatCount > 0).Sum(h => h.History.Customers), "customers with a repeat purchase"),
                new("repeat_purchases", histories.Sum(h => h.History.RepeatCount * h.History.Customers), "repeat purchases"),
                new("distinct_histories", histories.Count, "different (x, t_x, T)"),
            ],
        };
    }

    private static string Required(KindInput input, string option) => input.Text(option) is not null
        ? ""
        : throw new CrmException(FailureKind.WrongUse, $"--frequency without --{option}", $"crm model fit {input.Kind.Name}", "--frequency, --recency and --age together", $"Add --{option} COLUMN");

    private static CovariateCells Cells(KindInput input, DateReading reading)
    {
        var columns = input.ColumnList("covariates");
        if (columns.Count == 0)
        {
            return CovariateCells.None;
        }

        var values = columns.Select(c => $"{Sql.Fill("covariate", ("column", SqlName.Quote(c)), ("moment", reading.Expression)).Trim()} AS {SqlName.Quote(c)}");
        input.Session.Execute(
            Sql.Fill("covariates", ("customer", SqlName.Quote(input.Column("customer")!)), ("values", SqlName.List(values)), ("table", input.Table)), null, input.Cancellation);
        return CovariateCells.Make(input.Session, columns, input.Cancellation)
            ?? throw input.Wrong("covariates", string.Join(",", columns), $"columns with at most {CovariateCells.MostCells:N0} combinations of values");
    }

    private static GroupedHistory Grouped(HistoryGroup group, TimeUnit unit, double[] covariates)
        => new(new(group.Repeats, group.LastAge / unit.Days, group.Age / unit.Days, group.Customers), group.Later, covariates);

    private static double? Correlation(List<SpendHistory> spend)
    {
        var n = spend.Sum(s => s.Customers);
        if (n < 3)
        {
            return null;
        }

        var (x, m) = (spend.Sum(s => s.Customers * s.RepeatCount) / n, spend.Sum(s => s.Customers * s.AverageRepeatValue) / n);
        var (xx, mm) = (spend.Sum(s => s.Customers * Math.Pow(s.RepeatCount - x, 2)), spend.Sum(s => s.Customers * Math.Pow(s.AverageRepeatValue - m, 2)));
        return xx > 0 && mm > 0 ? spend.Sum(s => s.Customers * (s.RepeatCount - x) * (s.AverageRepeatValue - m)) / Math.Sqrt(xx * mm) : null;
    }

    private sealed record Summary(int Repeats, double LastAge, double Age, double? Value, double Customers);
}
