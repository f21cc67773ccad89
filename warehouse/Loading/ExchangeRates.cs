using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>
/// Rates into the project's currency by day, from <c>star.fact_exchange_rate</c>: the newest rate on or before the day, at most <see cref="DaysBack"/>
/// days old; directly, by the turned rate, or over one third currency. A day without a rate gives no factor, and a finding tells it.
/// </summary>
/// <param name="session">The warehouse, inside the run's transaction.</param>
/// <param name="currency">The project's currency, an ISO 4217 code.</param>
/// <param name="findings">Where missing rates are told.</param>
/// <param name="run">The run that writes.</param>
public sealed class ExchangeRates(ISession session, string currency, Findings findings, int run)
{
    /// <summary>Days after which a rate is too old; markets close for at most five.</summary>
    public const int DaysBack = 7;

    /// <summary>The fact that holds the rates.</summary>
    public const string Fact = "exchange_rate";

    private static readonly SqlFile Sql = SqlFile.Beside<ExchangeRates>();

    /// <summary>The project's currency.</summary>
    public string Currency => currency;

    /// <summary>Fills the temporary table <c>load_rate</c> (currency, day, factor) with what some rows need; false when all are in the project's currency.</summary>
    /// <param name="relation">The rows.</param>
    /// <param name="currencies">Their columns with currencies.</param>
    /// <param name="time">Their column with the moment.</param>
    public bool Prepare(string relation, IEnumerable<string> currencies, string time)
    {
        var pairs = string.Join("\nUNION\n", currencies.Select(c => Fill("pairs", ("rows", relation), ("column", SqlName.Quote(c)), ("time", SqlName.Quote(time)))));
        session.Execute(Fill("needed", ("pairs", pairs)));
        if (session.Scalar<long>(Fill("needed_count")) == 0)
        {
            return false;
        }

        session.Execute(Fill("rates"));
        foreach (var missing in session.Query<Missing>(Fill("missing")))
        {
            findings.Add("rate", missing.Currency, missing.Days, string.Create(
                CultureInfo.InvariantCulture,
                $"no exchange rate from {missing.Currency} to {currency} for {missing.Days} day(s), first {missing.First:yyyy-MM-dd}: amounts of these days are missing until a rate comes"));
        }

        return true;
    }

    /// <summary>The days whose amounts this run's rates can change; null when it changed no rate.</summary>
    public (DateOnly First, DateOnly Last)? ChangedDays()
    {
        var span = session.Query<Span>(Fill("changed_days"))[0];
        return span is { First: { } first, Last: { } last } ? (first, last.AddDays(DaysBack)) : null;
    }

    private string Fill(string part, params ReadOnlySpan<(string, string)> more)
    {
        (string, string)[] values =
        [
            ("currency", SqlName.Literal(currency)), ("days", DaysBack.ToString(CultureInfo.InvariantCulture)), ("run", run.ToString(CultureInfo.InvariantCulture)), .. more,
        ];
        return Sql.Fill(part, values);
    }

    private sealed record Missing(string Currency, long Days, DateOnly First);

    private sealed record Span(DateOnly? First, DateOnly? Last);
}
