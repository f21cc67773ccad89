using System.Text.Json;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Clv;

/// <summary>The models that were fitted for a snapshot, the one to score with, and why there may be none. Leaves <c>clv_customer</c> as of the snapshot.</summary>
internal sealed class Candidates
{
    /// <summary>What scores by NBD have to be told with.</summary>
    public const string NobodyLeaves =
        "the data do not show customers leaving, so the scores take it that nobody leaves (NBD): probabilities of 1 say nothing, and far horizons promise too much";

    private readonly List<(PurchaseFit Fit, HoldoutError? Holdout)> fits = [];
    private readonly PurchaseData data;
    private readonly string? refusal;

    public Candidates(ISession session, TimeUnit unit, PurchaseSpan span, DateOnly end, DateOnly newest, string chosen, CancellationToken cancellation)
    {
        var models = ClvKind.Models.Where(m => chosen == "best" || m.Name == chosen).ToList();
        var holdouts = Holdouts(session, unit, span, end, models, cancellation);
        data = Data(session, unit, end, newest, cancellation);
        refusal = Refusal(data);
        Spend = new(null, ["no purchases with values"], null);
        if (refusal is not null)
        {
            return;
        }

        var cells = data.Cells();
        fits.AddRange(models.Select(m => (PurchaseFit.Of(m, cells, []), holdouts.GetValueOrDefault(m.Name))));
        if (!fits.Exists(f => f.Fit.Estimates.Identified))
        {
            fits.Add((PurchaseFit.Of(Nbd.Plain, cells, []), holdouts.GetValueOrDefault(Nbd.Plain.Name)));
        }

        Best = fits.Select(f => f.Fit).Where(f => f.Estimates.Identified).OrderByDescending(f => f.Estimates.LogLikelihood).FirstOrDefault();
        Spend = SpendModel.Of(data.Spend, data.SpendCorrelation);
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
            var doubts = data.Doubts(fit).ToList();
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
    private static Dictionary<string, HoldoutError> Holdouts(
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

        var cells = earlier.Cells();
        return models.Append(Nbd.Plain).Select(m => PurchaseFit.Of(m, cells, [])).Where(f => f.Estimates.Identified).ToDictionary(f => f.Model.Name, f => HoldoutError.Of(f, earlier));
    }

    private static PurchaseData Data(ISession session, TimeUnit unit, DateOnly end, DateOnly newest, CancellationToken cancellation)
    {
        var totals = PurchaseHistories.MakeCustomers(session, end, newest, cancellation);
        var groups = PurchaseHistories.Groups(session, cancellation)
            .Select(g => new GroupedHistory(new(g.Repeats, g.LastAge / unit.Days, g.Age / unit.Days, g.Customers), g.Later, [])).ToList();
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
