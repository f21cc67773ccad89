using System.Text.Json;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Clv;

/// <summary>The models that were fitted for a snapshot, the one to score with, and why there may be none. Leaves <c>clv_customer</c> as of the snapshot.</summary>
internal sealed class Candidates
{
    /// <summary>What scores by NBD have to be told with.</summary>
    public const string NobodyLeaves =
        "the data do not show customers leaving, so the scores take it that nobody leaves (NBD): probabilities of 1 say nothing, and far horizons promise too much";

    private readonly List<(PurchaseFit Fit, HoldoutError? Holdout)> fits = [];
    private readonly List<string> notes = [];
    private readonly CovariateCells cells;
    private readonly PurchaseData data;
    private readonly string? refusal;

    public Candidates(ISession session, TimeUnit unit, PurchaseSpan span, DateOnly end, DateOnly newest, LifetimeValueSettings settings, CovariateCells? covariates, CancellationToken cancellation)
    {
        var models = ClvKind.Models.Where(m => settings.Purchases == "best" || m.Name == settings.Purchases).ToList();
        if (covariates is null)
        {
            notes.Add($"the covariates have more than {CovariateCells.MostCells:N0} combinations of values, and are left out");
        }

        cells = covariates ?? CovariateCells.None;
        var holdouts = Holdouts(session, unit, span, end, models, cancellation);
        data = Data(session, unit, end, newest, cancellation);
        refusal = Refusal(data);
        Spend = new(null, ["no purchases with values"], null);
        if (refusal is not null)
        {
            return;
        }

        var histories = data.HistoryCells();
        fits.AddRange(models.Select(m => (PurchaseFit.Of(m, histories, cells.Names), holdouts.GetValueOrDefault(m.Name))));
        if (cells.HasAny && !fits.Exists(f => f.Fit.Estimates.Identified))
        {
            notes.Add("the data do not tell what the covariates do, and they are left out");
            fits.Clear();
            fits.AddRange(models.Select(m => (PurchaseFit.Of(m, histories, []), holdouts.GetValueOrDefault(m.Name))));
        }

        if (!fits.Exists(f => f.Fit.Estimates.Identified))
        {
            fits.Add((PurchaseFit.Of(Nbd.Plain, histories, []), holdouts.GetValueOrDefault(Nbd.Plain.Name)));
        }

        Spend = SpendModel.Of(data.Spend, data.SpendCorrelation);
        var place = fits.Select((f, i) => (f.Fit, Place: i)).Where(f => f.Fit.Estimates.Identified).OrderByDescending(f => f.Fit.Estimates.LogLikelihood).Select(f => f.Place).FirstOrDefault(-1);
        if (place >= 0 && settings.Intervals == "bootstrap")
        {
            fits[place] = (ParametricBootstrap.Of(fits[place].Fit, histories, cancellation), fits[place].Holdout);
            Spend = Spend is { IsUsable: true, Estimates: { } told } ? Spend with { Estimates = ParametricBootstrap.Of(told, data.Spend, cancellation) } : Spend;
        }

        Best = place >= 0 ? fits[place].Fit : null;
    }

    /// <summary>Values of the covariates, by cell of <c>clv_customer</c>.</summary>
    public IReadOnlyList<double[]> Cells => cells.Values;

    /// <summary>What the scores stand on, in words: <c>ok</c>, or where it fails; how covariates were coded.</summary>
    public IReadOnlyList<string> Notes
        => refusal is not null ? [$"no scores: {refusal}"] : [.. Best is null ? (string[])["no scores: no model was identified"] : [.. data.Doubts(Best)], .. Best?.Model is Nbd ? (string[])[NobodyLeaves] : [], .. Spend.Doubts, .. notes];

    /// <summary>How far the scores can be trusted.</summary>
    public IReadOnlyDictionary<string, double?> Quality
    {
        get
        {
            var holdout = fits.Find(f => f.Fit == Best).Holdout?.Figures.ToDictionary(f => f.Name, f => f.Value);
            return new Dictionary<string, double?>
            {
                ["log_likelihood"] = Best?.Estimates.LogLikelihood is { } likelihood ? Math.Round(likelihood, 6) : null,
                ["holdout_error"] = holdout?["mean_absolute_error"] is { } error ? Math.Round(error, 9) : null,
                ["holdout_bias_percent"] = holdout?["bias_percent"] is { } bias ? Math.Round(bias, 6) : null,
            };
        }
    }

    /// <summary>
    /// The identified model of greatest likelihood (all have four parameters); NBD when the data do not tell any model's leaving; null when there is none.
    /// </summary>
    public PurchaseFit? Best { get; }

    /// <summary>Points of the chart that checks the model to score with, on the last third of the time.</summary>
    public IReadOnlyList<CheckPoint> Checks
        => fits.Find(f => f.Fit == Best).Holdout is { } holdout
            ? [.. holdout.ByFrequency.Rows.Select(r => new CheckPoint("holdout", (string)r[0]!, (double?)r[3], (double?)r[2], (double)r[1]!))] : [];

    /// <summary>The model of spend.</summary>
    public SpendModel Spend { get; }

    /// <summary>A row for each model, for JSON.</summary>
    /// <param name="scored">Whether there are scores.</param>
    public IReadOnlyList<object> Rows(bool scored)
    {
        var rows = new List<object>();
        if (refusal is not null)
        {
            return [Row("bgnbd", false, $"no scores: {refusal}", null, null)];
        }

        foreach (var (fit, holdout) in fits)
        {
            List<string> doubts = [.. data.Doubts(fit), .. fit == Best ? notes : []];
            if (scored && fit == Best && fit.Model is Nbd)
            {
                doubts.Insert(0, NobodyLeaves);
            }

            rows.Add(Row(fit.Model.Name, scored && fit == Best, doubts.Count == 0 ? "ok" : string.Join("; ", doubts), fit.Estimates, holdout));
        }

        rows.Add(Row("gammagamma", scored, Spend.Doubts.Count == 0 ? "ok" : string.Join("; ", Spend.Doubts), Spend.Estimates, null));
        return rows;
    }

    private object Row(string model, bool isUsed, string status, Estimates? fit, HoldoutError? holdout)
    {
        var likelihood = fit is null ? null : new LikelihoodFit(fit.LogLikelihood, fit.Values.Length, (long)fit.Observations);
        return new
        {
            model,
            model_version = ClvModel.Version,
            is_used = isUsed,
            status,
            parameters = fit is null ? null : JsonSerializer.Serialize(fit.Parameters.Select((p, i) => (p.Name, Value: fit.Values[i])).ToDictionary(p => p.Name, p => p.Value)),
            standard_errors = fit?.Covariance is null ? null : JsonSerializer.Serialize(fit.Parameters.Select((p, i) => (p.Name, Value: fit.StandardError(i))).ToDictionary(p => p.Name, p => p.Value)),
            log_likelihood = likelihood?.LogLikelihood,
            aic = likelihood?.Aic,
            bic = likelihood?.Bic,
            holdout_error = holdout?.Figures.First(f => f.Name == "mean_absolute_error").Value,
            holdout_bias_percent = holdout?.Figures.First(f => f.Name == "bias_percent").Value,
            customers = (long)(fit?.Observations ?? data.Customers),
            repeat_purchases = (long)data.Histories.Sum(h => h.History.RepeatCount * h.History.Customers),
        };
    }

    // A fit to the first two thirds of the time tells how well the last third would have been foreseen.
    private Dictionary<string, HoldoutError> Holdouts(
        ISession session, TimeUnit unit, PurchaseSpan span, DateOnly end, IReadOnlyList<PurchaseModel> models, CancellationToken cancellation)
    {
        if (span.FirstDay is not { } first || end.DayNumber - first.DayNumber < 30)
        {
            return [];
        }

        var earlier = Data(session, unit, first.AddDays((end.DayNumber - first.DayNumber) * 2 / 3), end, cancellation);
        if (Refusal(earlier) is not null)
        {
            return [];
        }

        var histories = earlier.HistoryCells();
        return models.Append(Nbd.Plain).Select(m => PurchaseFit.Of(m, histories, m is Nbd ? [] : cells.Names)).Where(f => f.Estimates.Identified).ToDictionary(f => f.Model.Name, f => HoldoutError.Of(f, earlier));
    }

    private PurchaseData Data(ISession session, TimeUnit unit, DateOnly end, DateOnly newest, CancellationToken cancellation)
    {
        var totals = PurchaseHistories.MakeCustomers(session, end, newest, cells.HasAny, cancellation);
        var groups = PurchaseHistories.Groups(session, cancellation)
            .Select(g => new GroupedHistory(new(g.Repeats, g.LastAge / unit.Days, g.Age / unit.Days, g.Customers), g.Later, cells.Values[g.Cell])).ToList();
        return new PurchaseData(unit, groups, PurchaseHistories.Spend(session, cancellation))
        {
            CalibrationEnd = end,
            HoldoutLength = (newest.DayNumber - end.DayNumber) / unit.Days,
            SpendCorrelation = totals.SpendCorrelation,
        };
    }

    private static string? Refusal(PurchaseData data) => data.Repeaters == 0 ? $"none of {data.Customers:N0} customers bought on a second day"
        : data.Repeaters < 10 || data.Customers < 30 ? $"{data.Customers:N0} customers, {data.Repeaters:N0} of them with repeat purchases; at least 30 and 10 are needed"
        : null;
}
