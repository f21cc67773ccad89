using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Campaigns;

/// <summary>
/// Which channels a conversion is owed to: first, last, linear, time-decay and position shares of the touches within a lookback, and Markov removal effects
/// (Anderl, Becker, von Wangenheim and Schumann 2016). Shares of each model sum to the conversions.
/// </summary>
public sealed class AttributionKind : IModelKind
{
    private static readonly SqlFile Sql = SqlFile.Beside<AttributionKind>();

    /// <inheritdoc/>
    public string Name => "attribution";

    /// <inheritdoc/>
    public string Title => "Attribution: which channels conversions are owed to (first, last, linear, time-decay, position, Markov)";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        PurchaseTable.Customer with { Meaning = "Who was touched" }, PurchaseTable.Date,
        new("channel", "COLUMN", "By which channel or campaign") { Required = true },
        new("conversion", "COLUMN", "Whether the touch converted: 1, true or yes") { Required = true },
        PurchaseTable.Amount with { Meaning = "Value of the conversion; by default 1" }, PurchaseTable.Format,
        new("lookback", "DAYS", "Touches up to so many days before the conversion count") { Default = "30" },
        new("half-life", "DAYS", "Time-decay: a touch counts half as much after so many days") { Default = "7" },
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var purchases = PurchaseTable.Of(input);
        var conversion = input.Column("conversion")!;
        var isConversion = Sql.Fill("is_conversion", ("number", KindInput.NumberOf(conversion)), ("column", SqlName.Quote(conversion))).Trim();
        var value = Sql.Fill("value", ("is_conversion", isConversion), ("amount", input.Column("amount") is { } amount ? input.NumbersOf(amount) : "1")).Trim();
        var (lookback, halfLife) = (input.Number("lookback", 0.001, 100_000)!.Value, input.Number("half-life", 0.001, 100_000)!.Value);
        var paths = new AttributionPaths(lookback * 86_400, halfLife * 86_400);
        input.Session.Stream(
            purchases.Fill(Sql, "touches", ("channel", SqlName.Quote(input.Column("channel")!)), ("value", value)),
            null, r =>
            {
                paths.Touch(r.GetString(0), r.GetDouble(1), r.GetString(2));
                if (!r.IsDBNull(3))
                {
                    paths.Convert(r.GetString(0), r.GetDouble(1), System.Convert.ToDouble(r.GetValue(3), System.Globalization.CultureInfo.InvariantCulture));
                }
            }, input.Cancellation);
        paths.End();
        if (paths.Conversions == 0)
        {
            throw input.Unfit("no touch converted", "touches of which some have a conversion", "Check the column");
        }

        var shares = paths.Shares();
        return new FitResult(Name, Title)
        {
            Conventions =
            [
                new("dates", purchases.Dates.Said), new("path", FormattableString.Invariant($"touches of a customer up to {lookback:0.##} days before a conversion, the converting one included; a conversion ends its path")),
                new("position", "40 % to the first, 40 % to the last, 20 % to those between"), new("time_decay", FormattableString.Invariant($"half for every {halfLife:0.##} days before the conversion")),
                new("markov", "how many conversions fewer without the channel, in a first-order chain over all paths; scaled to all conversions"),
            ],
            Counts = [new("paths", paths.Paths, "paths"), new("conversions", paths.Conversions, "conversions"), new("channels", shares.Count, "channels")],
            Figures = [new("value", paths.Value, "value of the conversions"), new("touches_per_conversion", paths.TouchesPerConversion, "touches on a path that converted, on average")],
            Tables =
            [
                new("channels", "Value owed to each channel", ["channel", "touches", "first", "last", "linear", "time_decay", "position", "markov", "removal_effect"],
                    [.. shares.OrderByDescending(s => s.Markov.Value).Select(s => (IReadOnlyList<object?>)[s.Channel, s.Touches, s.First.Value, s.Last.Value, s.Linear.Value, s.TimeDecay.Value, s.Position.Value, s.Markov.Value, s.RemovalEffect])]) { Shown = 50 },
            ],
            Warnings = paths.Conversions < 30 ? [$"only {paths.Conversions} conversions; the shares are mostly chance"] : [],
        };
    }
}
